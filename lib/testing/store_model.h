// The model of a store: every key's versions, as the answers to the writes tell them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "testing/store_log.h"

namespace annex::testing {

/// What a check found. Keeps the first failures and counts what came up.
struct Findings {
  std::vector<Failure> failures{};
  std::map<std::string, std::size_t> hits{};

  /// Two of a property are enough to see what is wrong.
  void fail(std::string_view property, std::string what) {
    std::size_t same = 0;
    for (const Failure& failure : failures) same += failure.property == property ? 1 : 0;
    if (same < 2) failures.push_back({std::string(property), std::move(what)});
  }
  void hit(const std::string& what) { ++hits[what]; }
  void error(Code code) { ++hits["error " + code_text(code)]; }
};

/// Built from all records of a run, which must outlive it. Immutable.
class Model {
 public:
  struct Version {
    Revision revision{};  ///< 0: before the key's first write
    Revision create_revision{};
    bool present = false;
    std::string value{};
    const Record* write = nullptr;
  };

  explicit Model(const std::vector<Record>& records);

  /// The writes that took effect, by revision.
  const std::vector<const Record*>& writes() const { return writes_; }
  /// The version of `key` at a revision. Never null.
  const Version* at(const std::string& key, Revision revision) const;
  /// The version before one of the same key; null before the first.
  const Version* before(const std::string& key, Revision revision) const;
  /// The whole list that a read at a revision must give.
  storage::ListPage list(const std::string& prefix, const storage::ListOptions& options) const;
  /// The events that a watch must give.
  std::vector<storage::Event> events(const std::string& prefix, Revision after) const;

  /// The versions of a key that may have been the newest while `reader` was under way.
  std::vector<const Version*> visible(const std::string& key, const Record& reader) const;
  /// A revision that had certainly happened when the operation began.
  Revision known_before(std::uint64_t invoked) const;
  /// Compaction that had returned before, or had at least begun before.
  Revision compacted_before(std::uint64_t stamp) const;
  Revision compaction_begun_before(std::uint64_t stamp) const;
  /// The highest revision that was compacted at all.
  Revision compacted() const { return compaction_begun_before(~std::uint64_t{0}); }

 private:
  /// Stamps in order, each with the greatest revision up to there.
  using Timeline = std::vector<std::pair<std::uint64_t, Revision>>;
  static void order(Timeline& timeline);
  static Revision up_to(const Timeline& timeline, std::uint64_t stamp);

  std::vector<const Record*> writes_;
  std::map<std::string, std::vector<Version>> keys_;
  Timeline known_;
  Timeline compacted_;
  Timeline compacting_;
};

/// Compares what the clients saw with the model.
void check_history(const History& history, const Model& model, Findings& findings);
/// Reads the past, pages, the future and the compacted, with nobody else at work; opens the store
/// again if it can be.
void sweep(std::unique_ptr<storage::Store> store, const Model& model,
           const StoreSuiteOptions& options, Findings& findings);
/// Compares what one watch delivered with the model.
void check_watch(const WatchLog& watch, const Model& model, Findings& findings);

/// The first difference between two answers as a sentence, and the property that it breaks; empty
/// if there is none.
struct Difference {
  std::string_view property{};
  std::string text{};
};
Difference difference(const storage::Entry& seen, const storage::Entry& expected);
Difference difference(const storage::ListPage& seen, const storage::ListPage& expected,
                      const storage::ListOptions& options);

}  // namespace annex::testing
