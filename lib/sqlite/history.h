// How far back a store's revisions are readable: by age and by bytes.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "annex/storage/store.h"
#include "annex/util/clock.h"

namespace annex::sqlite {

/// Counts the changes in spans of about a second. Time is the clock's steady side, so that setting
/// the machine's clock neither ends nor lengthens history; what was there at the start counts as
/// written then. Not synchronised.
class History {
 public:
  /// Changes up to `revision`, since the span before.
  struct Span {
    storage::Revision revision{};
    std::size_t bytes{};
    util::TimePoint first{};
    util::TimePoint last{};
  };

  History(util::Duration age, std::size_t bytes) : age_(age), bound_(bytes) {}

  /// What the file holds: revisions from `compacted` to `newest`.
  void begin(storage::Revision compacted, storage::Revision newest, util::TimePoint now);
  /// The bytes of what `begin` named, once they are known: in spans up to its newest revision.
  void refine(std::vector<Span> spans);
  /// A change that took `bytes` of history.
  void add(storage::Revision revision, std::size_t bytes, util::TimePoint now);
  /// States before this revision are gone.
  storage::Revision compacted() const { return compacted_; }
  void compact(storage::Revision revision);
  /// Compacts what is too old or too much.
  void expire(util::TimePoint now);
  std::size_t bytes() const { return bytes_; }
  /// The most that one span holds.
  std::size_t span_bytes() const { return bound_ / 32; }

 private:
  void drop_first();

  const util::Duration age_;
  const std::size_t bound_;
  std::deque<Span> spans_;
  std::size_t bytes_ = 0;
  storage::Revision compacted_ = 0;
  storage::Revision begun_ = 0;  // the newest revision at the start, until it is refined
};

/// What one change costs besides its old value: its row, its key and their place in the index.
constexpr std::size_t kChangeBytes = 64;

}  // namespace annex::sqlite
