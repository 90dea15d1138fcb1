// The SQLite store under the suite that every store passes, and its mutants.
#include <catch2/catch.hpp>

#include "annex/testing/store_suite.h"
#include "tests/sqlite/store_file.h"
#include "tests/storage/mutants.h"

using namespace annex;
using Code = storage::StoreError::Code;

namespace {

testing::StoreSuiteOptions suite_options(sqlite::StoreFile& file) {
  testing::StoreSuiteOptions options;
  options.advance = [&](util::Duration by) { file.clock.advance(by); };
  return options;
}

std::optional<storage::StoreError> fill_up() {
  sqlite::StoreFile small;
  small.options.max_bytes = 100U << 12U;
  const auto store = small.open();
  for (int i = 0; i < 200; ++i) {
    auto result =
        sqlite::put(*store, sqlite::create("k" + std::to_string(i), std::string(8000, 'x')));
    if (!result) return result.error();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the SQLite store passes the store suite, closed and opened in between") {
  sqlite::StoreFile file;
  testing::StoreSuiteOptions options = suite_options(file);
  options.reopen = [&] { return file.open(); };
  options.provoke[Code::kFull] = fill_up;
  const auto report = testing::store_suite([&] { return file.open_empty(); }, options);
  INFO(report.text());
  CHECK(report.passed());
  CHECK(report.hits.at("error Full") == 1);
  CHECK(report.hits.at("expiry") == 1);
  CHECK(report.hits.at("ttl") == 1);
  CHECK(report.hits.at("reopen") == 2);
}

TEST_CASE("each mutant of the SQLite store dies by the property that it breaks") {
  for (const storage::Mutant& mutant : storage::mutants()) {
    DYNAMIC_SECTION(mutant.does) {
      sqlite::StoreFile file;
      testing::StoreSuiteOptions options = suite_options(file);
      options.steps = 3000;
      options.wait = std::chrono::milliseconds(500);
      options.shrink_runs = 0;
      const auto report =
          testing::store_suite([&] { return mutant.wrap(file.open_empty()); }, options);
      INFO(report.text());
      CHECK(report.failed(mutant.property));
    }
  }
}
