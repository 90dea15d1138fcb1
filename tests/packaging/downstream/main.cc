#include <annex/sqlite/store.h>

#include "bakery.h"

int main(int argc, char** argv) {
  bakery::Ovens ovens;
  ovens.measure("left", 210);
  annex::Server server("bakery");
  server.store(annex::sqlite::store());
  bakery::describe_server(server, ovens);
  return annex::run(server, argc, argv);
}
