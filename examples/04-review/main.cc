// A server that stores nothing: questions in, answers out.
//   kubectl create -f question.yaml -o yaml
#include <annex/annex.h>

#include "review.h"

int main(int argc, char** argv) {
  annex::Server server("bakery-offers");
  bakery::add_reviews(server);
  return annex::run(server, argc, argv);
}
