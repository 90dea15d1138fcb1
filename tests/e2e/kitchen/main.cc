// A server for end-to-end tests: virtual kinds that a test changes, a log to follow, a connection.
#include <annex/annex.h>

#include "radio.h"
#include "shelf.h"

int main(int argc, char** argv) {
  kitchen::Shelf shelf;
  kitchen::Studio studio;
  annex::Server server("kitchen-apiserver");
  shelf.add_to(server);
  studio.add_to(server);
  annex::RunOptions options;
  options.flags.push_back({"--shelf", "Where vessels are kept.", "FILE",
                           [&shelf](const std::string& file) { return shelf.keep_in(file); }});
  return annex::run(server, argc, argv, options);
}
