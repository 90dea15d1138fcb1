// The suite for stores, as it is run on a store of one's own.
#include <annex/storage/memory.h>
#include <annex/testing/store_suite.h>
#include <annex/util/manual_clock.h>
#include <annex/util/random.h>

int main() {
  annex::util::ManualClock clock;
  annex::util::SystemRandom random;
  annex::testing::StoreSuiteOptions options;
  options.steps = 2000;
  options.advance = [&](annex::util::Duration by) { clock.advance(by); };
  return annex::testing::store_suite_main(
      [&] { return annex::storage::make_memory_store({}, clock, random); }, options);
}
