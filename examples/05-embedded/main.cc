// An existing program with a main loop of its own, and an API server inside.
//   embedded FOLDER [TURNS]
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "oven_control.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: embedded FOLDER [TURNS]\n";
    return 2;
  }
  const long turns = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 1000000;
  oven::Control control(argv[1]);
  if (const auto started = control.start_api(); !started) {
    std::cerr << "the API does not start: " << started.error().message << "\n";
    return 1;
  }
  std::cout << "API on port " << control.port() << ", see " << control.kubeconfig() << "\n"
            << std::flush;
  for (long turn = 0; turn < turns; ++turn) {
    control.turn();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  control.stop_api();
  std::cout << "the oven has " << control.degrees() << " degrees\n";
  return 0;
}
