#include "bakery.h"

int main(int argc, char** argv) {
  annex::Server server("bakery");
  bakery::describe_server(server);
  return annex::run(server, argc, argv);
}
