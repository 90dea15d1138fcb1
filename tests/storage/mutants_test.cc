// The suite must see what each mutant does wrong, and call it by its name.
#include "tests/storage/mutants.h"

#include <catch2/catch.hpp>

#include "annex/storage/memory.h"
#include "annex/testing/store_suite.h"
#include "annex/util/manual_clock.h"
#include "tests/storage/changing_store.h"

using namespace annex;
using namespace annex::storage;

namespace {

struct Trial {
  util::ManualClock clock;
  util::SeededRandom random{11};
  testing::StoreSuiteOptions options = [this] {
    testing::StoreSuiteOptions chosen;
    chosen.steps = 3000;
    chosen.wait = std::chrono::milliseconds(100);
    chosen.shrink_runs = 0;
    chosen.advance = [this](util::Duration by) { clock.advance(by); };
    return chosen;
  }();

  testing::StoreSuiteReport run(const Mutant& mutant) {
    return testing::store_suite([&] { return mutant.wrap(make_memory_store({}, clock, random)); },
                                options);
  }
};

const Mutant& find_mutant(const std::string& does) {
  for (const Mutant& mutant : mutants()) {
    if (mutant.does == does) return mutant;
  }
  throw std::logic_error("no mutant " + does);
}

}  // namespace

TEST_CASE("the suite lets a store pass that only passes on") {
  Trial trial;
  trial.options.steps = 6000;
  trial.options.wait = std::chrono::seconds(10);
  const auto report = trial.run({"", "", [](std::unique_ptr<Store> inner) {
                                   return std::make_unique<ForwardingStore>(std::move(inner));
                                 }});
  INFO(report.text());
  CHECK(report.passed());
}

TEST_CASE("each mutant of the memory store dies by the property that it breaks") {
  for (const Mutant& mutant : mutants()) {
    DYNAMIC_SECTION(mutant.does) {
      Trial trial;
      const auto report = trial.run(mutant);
      INFO(report.text());
      CHECK(report.failed(mutant.property));
      CHECK(report.text().rfind("ANNEX_SEED=", 0) == 0);
    }
  }
}

TEST_CASE("a failing run is made short enough to be read") {
  Trial trial;
  trial.options.shrink_runs = 60;
  const auto report = trial.run(find_mutant("ignores the limit"));
  INFO(report.text());
  CHECK(report.failed("list.limit"));
  CHECK_FALSE(report.trace.empty());
  CHECK(report.trace.size() <= 12);
}
