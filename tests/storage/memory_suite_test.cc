// The memory store under the suite that users run on theirs.
#include <catch2/catch.hpp>

#include "annex/storage/memory.h"
#include "annex/testing/store_suite.h"
#include "annex/util/manual_clock.h"

using namespace annex;
using Code = storage::StoreError::Code;

TEST_CASE("the memory store passes the store suite") {
  util::ManualClock clock;
  util::SeededRandom random(3);
  testing::StoreSuiteOptions options;
  options.advance = [&](util::Duration by) { clock.advance(by); };
  options.provoke[Code::kFull] = [&]() -> std::optional<storage::StoreError> {
    storage::MemoryOptions small;
    small.total_bytes = 10;
    const auto store = storage::make_memory_store(small, clock, random);
    std::optional<storage::StoreError> error;
    store->commit({"a", util::Bytes(std::string(11, 'x')), storage::Guard::absent(), {}},
                  [&](storage::StoreResult<storage::Entry> result) {
                    if (!result) error = result.error();
                  });
    return error;
  };
  const auto report =
      testing::store_suite([&] { return storage::make_memory_store({}, clock, random); }, options);
  INFO(report.text());
  CHECK(report.passed());
  CHECK(report.hits.at("error Full") == 1);
  CHECK(report.hits.at("expiry") == 1);
  CHECK(report.hits.at("ttl") == 1);
}

TEST_CASE("a suite that ran too little says so") {
  util::ManualClock clock;
  util::SeededRandom random(3);
  testing::StoreSuiteOptions options;
  options.seed = 5;
  options.steps = 3;
  const auto report =
      testing::store_suite([&] { return storage::make_memory_store({}, clock, random); }, options);
  CHECK_FALSE(report.passed());
  CHECK(report.text().rfind("ANNEX_SEED=5\n", 0) == 0);
}
