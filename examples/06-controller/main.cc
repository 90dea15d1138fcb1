// A server that also runs the controller of its kinds.
#include <annex/annex.h>
#include <annex/sqlite/store.h>

#include "controller.h"

int main(int argc, char** argv) {
  annex::Server server("bakery");
  server.store(annex::sqlite::store());
  bakery::add_kinds(server);
  bakery::Controller::add_to(server);
  return annex::run(server, argc, argv);
}
