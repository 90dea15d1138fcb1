// The suite that every storage::Store passes: random clients at once, compared with a model.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "annex/storage/store.h"
#include "annex/util/clock.h"

namespace annex::testing {

/// Makes an empty store. Called several times; each store is destroyed before the next is made.
using MakeStore = std::function<std::unique_ptr<storage::Store>()>;

/// Brings a store of its own to fail, and gives the error; empty if it would not fail.
using Provoke = std::function<std::optional<storage::StoreError>()>;

/// One thing that the suite checks, such as "watch.ordered": a name that does not change, and the
/// promise in a sentence.
struct StoreProperty {
  std::string_view name{};     ///< "watch.ordered"
  std::string_view promise{};  ///< a sentence
};

/// All of them; docs/store-suite.md says which of upstream's storage tests each one stands for.
std::span<const StoreProperty> store_properties();

/// How much is tried.
struct StoreSuiteOptions {
  /// If absent: the environment's ANNEX_SEED, or a random number.
  std::optional<std::uint64_t> seed{};
  std::size_t clients = 4;  ///< at work at once
  /// Operations of all clients together.
  std::size_t steps = 12000;
  /// How long, on the machine's clock, a commit's answer or a watch's event may take.
  util::Duration wait = std::chrono::seconds(10);
  /// How many runs may be spent on making a failing run shorter.
  std::size_t shrink_runs = 200;
  /// How long the store retains old revisions that nobody compacts.
  util::Duration history = std::chrono::minutes(5);
  /// Moves the store's clock on. What depends on time is not checked if this is empty. Called when
  /// no operation is under way.
  std::function<void(util::Duration)> advance{};
  /// Opens what the last store kept, after that one was destroyed. Empty for stores that do not
  /// outlive their process.
  std::function<std::unique_ptr<storage::Store>()> reopen{};
  /// How kFull, kUnavailable and kCorrupt come about; codes without a way are not checked.
  std::map<storage::StoreError::Code, Provoke> provoke{};
};

/// One promise that a store broke.
struct StoreFailure {
  std::string property{};  ///< a name out of `store_properties`
  std::string text{};      ///< a sentence: what was seen, and what should have been
};

/// What came out. A value.
struct StoreSuiteReport {
  std::uint64_t seed{};  ///< for StoreSuiteOptions
  /// At most two of a property, of the shortest run that was found to fail.
  std::vector<StoreFailure> failures{};
  /// The operations of that run, with their answers, if they are few.
  std::vector<std::string> trace{};
  /// How often each operation, kind of event and error of the contract came up in the whole run.
  std::map<std::string, std::size_t> hits{};

  /// True if nothing was wrong.
  bool passed() const { return failures.empty(); }
  /// True if the store broke this property.
  bool failed(std::string_view property) const;
  /// All of it to be read; its first line is `ANNEX_SEED=<n>`, with which the suite does the same
  /// again (the same operations; how the clients interleave is up to the machine).
  std::string text() const;
};

/// Runs the suite. It uses `clients` threads of its own, and joins them. It calls the store from
/// within `done` and within a sink, so a store that calls them under its lock hangs here: run it
/// with a time limit. No test framework is needed: assert `report.passed()` and show
/// `report.text()`.
StoreSuiteReport store_suite(const MakeStore& make_store, const StoreSuiteOptions& options = {});

/// The suite as a whole program: prints the report and gives main's exit code.
/// `annex_add_store_test` of annex's CMake package makes a test of a source file that calls it.
int store_suite_main(const MakeStore& make_store, const StoreSuiteOptions& options = {});

}  // namespace annex::testing
