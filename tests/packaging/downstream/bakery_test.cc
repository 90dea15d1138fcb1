// The user's unit tests: no framework, no socket but where one is asked for, no sleep.
#include <exception>
#include <iostream>

#include "expect.h"

namespace {
int failures = 0;
}  // namespace

void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << "failed: " << what << "\n";
  ++failures;
}

void expect_none(const std::string& differences, const std::string& what) {
  expect(differences.empty(), what + ": " + differences);
}

void test_loaves();
void test_time();
void test_access();
void test_ovens();
void test_faults();
void test_cluster();
void test_sockets();

int main() {
  try {
    test_loaves();
    test_time();
    test_access();
    test_ovens();
    test_faults();
    test_cluster();
    test_sockets();
  } catch (const std::exception& error) {
    expect(false, error.what());
  }
  return failures == 0 ? 0 : 1;
}
