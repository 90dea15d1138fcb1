// A metrics server for machines that are made up: `kubectl top` shows them.
#include <annex/annex.h>

#include "metrics.h"

int main(int argc, char** argv) {
  const annex::util::RealClock clock;
  const fleet::Fleet fleet(clock);
  annex::Server server("made-up-metrics");
  fleet::add_metrics(server, fleet);
  return annex::run(server, argc, argv);
}
