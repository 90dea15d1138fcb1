// The suite as a user runs it on a store of their own: one CMake line and this main.
#include "annex/storage/memory.h"
#include "annex/testing/store_suite.h"
#include "annex/util/manual_clock.h"

// [main]
int main() {
  annex::util::ManualClock clock;
  annex::util::SystemRandom random;
  annex::testing::StoreSuiteOptions options;
  options.advance = [&](annex::util::Duration by) { clock.advance(by); };
  return annex::testing::store_suite_main(
      [&] { return annex::storage::make_memory_store({}, clock, random); }, options);
}
// [main]
