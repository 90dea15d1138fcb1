// The contract between annex and whatever keeps its objects: bytes, keys, revisions and a watch.
//
// A store promises, in the words that the suite in `annex/testing/store_suite.h` checks:
// - One sequence. Every change takes a revision of its own, greater than all before it: across
// keys,
//   restarts and restored backups.
// - Linearizable keys. A commit takes effect at one moment between its call and its answer, if its
//   guard holds at that moment. A read without a revision shows some moment between its call and
//   its answer.
// - Durable answers. What a commit answered is there after the process or the machine has died, for
//   a store that outlives them.
// - Consistent reads. A read at a revision shows exactly the changes up to it, page after page, for
//   as long as the revision is retained: five minutes, unless the history outgrows its bound or
//   somebody compacts it. A restart does not shorten that.
// - Exact watches. A watch from a retained revision delivers every later change below its prefix
//   once, in order, whole, and nothing else; or it ends.
//
// All of it is had from etcd as it is: a revision is etcd's, an entry its key-value, a guard its
// comparison of mod_revision, a ttl its lease.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "annex/util/bytes.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::storage {

/// One strictly increasing sequence a store, beginning at 1 or above; sparse where others write
/// too.
using Revision = std::uint64_t;

/// A key and what it holds at some revision.
struct Entry {
  std::string key{};           ///< whole
  util::Bytes value{};         ///< shared, outlives the store
  Revision create_revision{};  ///< of the write that made the key
  Revision revision{};         ///< of the write that made this value
};

/// A failed call, by what the caller should do next.
struct StoreError {
  /// What the caller may do.
  enum class Code {
    kNotFound,  ///< no such key at that revision
    kExists,    ///< the guard wanted the key absent; `current` holds it
    kConflict,  ///< the guard wanted another revision; `current` holds the key if it exists
    kTooOld,    ///< the revision is compacted: list anew
    kFuture,    ///< the revision has not happened yet
    /// Not now: try again. Whether a commit took effect is unknown: read before repeating it.
    kUnavailable,
    kFull,     ///< no room: nothing was written; smaller or later writes may pass, reads do
    kCorrupt,  ///< what is stored cannot be read; nothing was written
  };
  Code code = Code::kUnavailable;  ///< which of them
  std::string message{};           ///< for the log
  std::optional<Entry> current{};  ///< what is there instead
};

template <typename T>
using StoreResult = util::Result<T, StoreError>;

/// Which keys are listed, and how many.
struct ListOptions {
  std::optional<Revision> at{};  ///< the newest if absent
  std::size_t limit{};           ///< at most so many entries; 0 is no limit
  std::string after{};           ///< only keys greater than this; empty for all
};

/// An entry that is there but cannot be read.
struct DamagedEntry {
  std::string key{};      ///< whole
  std::string message{};  ///< what is wrong
};

/// Going on where a page ended: the same prefix, `at` of the page's revision, `after` of its last
/// key.
struct ListPage {
  std::vector<Entry> entries{};  ///< in bytewise order of keys
  /// What is missing in `entries` for that reason, where the store can tell; not counted.
  std::vector<DamagedEntry> damaged{};
  Revision revision{};      ///< the state's revision: `at`, or the newest
  bool more = false;        ///< entries follow beyond the limit
  std::size_t remaining{};  ///< how many
};

/// What a key must be like for a commit to take effect.
struct Guard {
  /// The key must not exist.
  static Guard absent() { return {0}; }
  /// The key's newest revision must be this one.
  static Guard at(Revision revision) { return {revision}; }

  Revision revision{};  ///< 0: absent
};

/// One write of one key.
struct Commit {
  std::string key{};                   ///< that is written
  std::optional<util::Bytes> value{};  ///< absent: the key is deleted
  Guard guard{};                       ///< of a deletion: a revision
  /// Of a value, in whole seconds: once so much time has passed without another commit to the key,
  /// the store deletes it, soon but not before; at the latest that much time after a restart,
  /// whatever the machine's clock says then. Absent: it stays.
  std::optional<util::Duration> ttl{};
  /// More commits follow at once: a store that makes several durable together may wait for them.
  bool among_many{};
};

/// Why `commit` must not take effect on a key whose newest revision is `live` (0: there is no such
/// key): kNotFound, kExists or kConflict, without `current`. Nothing if it may. For stores.
std::optional<StoreError> refusal(const Commit& commit, Revision live);

/// One change of one key.
struct Event {
  /// What happened.
  enum class Type { kPut, kDelete };
  Type type = Type::kPut;        ///< which of them
  std::string key{};             ///< that was written
  util::Bytes value{};           ///< of a put
  util::Bytes previous{};        ///< what the key held before; empty if it did not exist
  Revision revision{};           ///< of this change
  Revision create_revision{};    ///< of the key's present life
  Revision previous_revision{};  ///< 0 if the key did not exist

  /// False for a put over what was there.
  bool is_create() const { return type == Type::kPut && previous_revision == 0; }
};

/// Receives a watch's events: from one thread at a time, in order, never under a lock of the store.
/// Its calls return soon: one that does not holds up other watches, though never a commit.
class WatchSink {
 public:
  WatchSink() = default;
  WatchSink(const WatchSink&) = delete;
  WatchSink& operator=(const WatchSink&) = delete;
  virtual ~WatchSink() = default;

  /// Changes with increasing revisions, each exactly once.
  virtual void on_events(std::span<const Event> events) = 0;
  /// Every change up to `revision` has been delivered. Comes unasked where others move the revision
  /// on, and after `Watch::request_progress`.
  virtual void on_progress(Revision revision) = 0;
  /// The watch is over; nothing follows. kTooOld: what comes next is compacted, or history is not
  /// the continuation of what was. kUnavailable: the store was lost; a new watch from the last
  /// revision may go on. kCorrupt.
  virtual void on_end(const StoreError& why) = 0;
};

/// A running watch; destroying it ends it, and no call of its sink is under way afterwards. It is
/// destroyed before its store, and not from within its own sink.
class Watch {
 public:
  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  virtual ~Watch() = default;

  /// Asks for an `on_progress` with the store's newest revision as of this call, or a later one.
  /// Any thread, the sink's included; never waits.
  virtual void request_progress() = 0;
};

/// Keeps entries. Owned by the server; any thread may call anything. Every call may fail with
/// kUnavailable or kCorrupt. Values of 1 MiB are taken. Implementations pass the suite in
/// `annex/testing/store_suite.h`.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Value of `key` as of revision `at`, the newest if absent. kNotFound, kTooOld, kFuture. The
  /// entry's bytes are shared and outlive the store. Requires: `key` is not empty.
  virtual StoreResult<Entry> get(const std::string& key, std::optional<Revision> at) = 0;

  /// The entries whose keys begin with `prefix`, as they were at one revision. kTooOld, kFuture.
  virtual StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) = 0;

  /// Writes or deletes one key if the guard holds, atomically, and calls `done` once the change is
  /// durable, never on an IO thread; a failed commit has changed nothing. `done` gets the new entry
  /// (for a deletion: the last value, with the deletion's revision). kNotFound: nothing to delete.
  virtual void commit(Commit commit, std::function<void(StoreResult<Entry>)> done) = 0;

  /// Delivers every change of a key below `prefix` after revision `after` to `sink`, which must
  /// outlive the watch, from now on: calls may come before this one returns. kTooOld, kFuture.
  virtual StoreResult<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision after,
                                                    WatchSink& sink) = 0;

  /// The newest revision: that of every write whose `done` has been called, or later.
  virtual StoreResult<Revision> current_revision() = 0;

  /// Forgets the history before `revision`; the state at `revision` stays readable. kFuture.
  virtual StoreResult<void> compact(Revision revision) = 0;

  /// Changes when history is not the continuation of what was, as after restoring a backup: every
  /// revision from before is then too old, and none of them comes again.
  virtual std::uint64_t epoch() const = 0;

  /// True if nobody but the user of this object writes to what it keeps: then the newest revision
  /// is that of the last commit answered here, or of a ttl's deletion, and need not be asked for.
  virtual bool is_exclusive() const = 0;
};

}  // namespace annex::storage
