// The multi-version map behind the memory store: every key's revisions, oldest first.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "annex/storage/memory.h"

namespace annex::storage {

/// Not synchronised: the memory store guards it.
class MemoryHistory {
 public:
  explicit MemoryHistory(const MemoryOptions& options) : options_(options) {}

  Revision current() const { return current_; }
  Revision compacted() const { return compacted_; }

  StoreResult<Entry> get(const std::string& key, std::optional<Revision> at) const;
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) const;
  /// Checks the guard and writes; the change that it made.
  StoreResult<Event> commit(const Commit& commit, util::TimePoint now);
  /// The changes after `after` of keys below `prefix`. kTooOld, kFuture.
  StoreResult<std::vector<Event>> changes(const std::string& prefix, Revision after) const;
  StoreResult<void> compact(Revision revision);
  /// Forgets the history that is too old or too large.
  void expire(util::TimePoint now);
  /// Deletes the next key whose time is up; nothing if there is none.
  std::optional<Event> end_one(util::TimePoint now);

 private:
  struct Version {
    Revision revision;
    Revision create_revision;
    std::optional<util::Bytes> value;  // absent: deleted
  };
  struct Change {
    Event event;
    util::TimePoint at;
  };
  /// One key's versions, oldest first. Dropping from the front is cheap, so that a key which is
  /// written all the time, a lease say, does not move its whole history with every write.
  class Versions {
   public:
    const Version* begin() const { return all_.data() + first_; }
    const Version* end() const { return all_.data() + all_.size(); }
    std::size_t size() const { return all_.size() - first_; }
    const Version& front() const { return all_[first_]; }
    const Version& back() const { return all_.back(); }
    void push_back(Version version) { all_.push_back(std::move(version)); }
    void drop_before(Revision revision);

   private:
    std::vector<Version> all_;
    std::size_t first_ = 0;
  };

  StoreResult<Revision> readable(std::optional<Revision> at) const;
  static const Version* version_at(const Versions& versions, Revision at);
  static std::size_t cost(const Event& event);
  void drop_oldest_change();

  const MemoryOptions options_;
  std::map<std::string, Versions> keys_;
  std::deque<Change> changes_;
  /// When the value of a key's revision ends; one that was replaced since is passed over.
  std::multimap<util::TimePoint, std::pair<std::string, Revision>> ends_;
  Revision current_ = 1;
  Revision compacted_ = 1;  // states before this revision are gone
  std::size_t live_bytes_ = 0;
  std::size_t history_bytes_ = 0;  // the cost of all changes
};

}  // namespace annex::storage
