#include "sqlite/sqlite_store.h"

#include <algorithm>
#include <utility>

namespace annex::sqlite {
namespace {

using storage::Entry;
using storage::Event;

/// What one transaction takes at most.
constexpr std::size_t kBatchCommits = 512;
constexpr std::size_t kBatchBytes = 8U << 20U;
/// After so many writes of one commit each, during which no other came, a commit is taken for a
/// lone writer's.
constexpr int kLone = 16;

}  // namespace

SqliteStore::SqliteStore(const Options& options, Opened opened, util::Clock& clock,
                         util::Logger& logger)
    : lock_(std::move(opened.lock)),
      clock_(clock),
      logger_(logger),
      epoch_(opened.epoch),
      writing_connection_(std::move(opened.writing)),
      keeping_connection_(std::move(opened.keeping)),
      readers_(options.path, options.vfs),
      writer_(*writing_connection_, opened.newest),
      keeper_(*keeping_connection_),
      newest_(opened.newest),
      history_(options.history, options.history_bytes),
      endings_(std::move(opened.endings)),
      swept_for_(opened.compacted) {
  {
    util::MutexLock lock(state_mutex_);
    history_.begin(opened.compacted, opened.newest, clock_.now());
  }
  dispatcher_ = std::make_unique<Dispatcher>(
      [this](const std::string& prefix, Revision after, std::size_t limit) {
        return read_changes(prefix, after, limit);
      },
      opened.newest);
  writer_thread_ = std::thread([this] { run_writer(); });
  keeper_thread_ = std::thread([this] { run_keeper(); });
  jumps_ = clock_.on_jump([this] { wake_keeper(); });
}

SqliteStore::~SqliteStore() {
  jumps_.reset();
  {
    util::MutexLock lock(state_mutex_);
    stopping_ = true;
    state_changed_.notify_all();
  }
  keeper_thread_.join();
  {
    util::MutexLock lock(queue_mutex_);
    closing_ = true;
    queued_.notify_all();
  }
  writer_thread_.join();
  dispatcher_.reset();
}

StoreResult<void> SqliteStore::check_compacted(std::optional<Revision> at) {
  if (!at) return {};
  util::MutexLock lock(state_mutex_);
  history_.expire(clock_.now());
  if (*at < history_.compacted()) return too_old(*at, history_.compacted());
  return {};
}

StoreResult<void> SqliteStore::begin(Snapshot& snapshot) {
  if (auto begun = snapshot.begin(); !begun) return begun;
  util::MutexLock lock(state_mutex_);
  newest_ = std::max(newest_, snapshot.newest());
  return {};
}

StoreResult<Entry> SqliteStore::get(const std::string& key, std::optional<Revision> at) {
  if (auto checked = check_compacted(at); !checked) return std::move(checked).error();
  auto reader = readers_.lend();
  if (!reader) return std::move(reader).error();
  Snapshot snapshot(**reader);
  if (auto begun = begin(snapshot); !begun) return std::move(begun).error();
  return snapshot.get(key, at);
}

StoreResult<storage::ListPage> SqliteStore::list(const std::string& prefix,
                                                 const storage::ListOptions& options) {
  if (auto checked = check_compacted(options.at); !checked) return std::move(checked).error();
  auto reader = readers_.lend();
  if (!reader) return std::move(reader).error();
  Snapshot snapshot(**reader);
  if (auto begun = begin(snapshot); !begun) return std::move(begun).error();
  return snapshot.list(prefix, options, counts_);
}

StoreResult<Changes> SqliteStore::read_changes(const std::string& prefix, Revision after,
                                               std::size_t limit) {
  if (auto checked = check_compacted(after); !checked) return std::move(checked).error();
  auto reader = readers_.lend();
  if (!reader) return std::move(reader).error();
  Snapshot snapshot(**reader);
  if (auto begun = begin(snapshot); !begun) return std::move(begun).error();
  return snapshot.changes(prefix, after, limit);
}

StoreResult<std::unique_ptr<storage::Watch>> SqliteStore::watch(const std::string& prefix,
                                                                Revision after,
                                                                storage::WatchSink& sink) {
  if (auto readable = read_changes(prefix, after, 0); !readable) {
    return std::move(readable).error();
  }
  return dispatcher_->watch(prefix, after, sink);
}

StoreResult<Revision> SqliteStore::current_revision() {
  util::MutexLock lock(state_mutex_);
  return newest_;
}

StoreResult<void> SqliteStore::compact(Revision revision) {
  util::MutexLock lock(state_mutex_);
  if (revision > newest_) return future(revision, newest_);
  history_.compact(revision);
  jumped_ = true;
  state_changed_.notify_all();
  return {};
}

void SqliteStore::commit(storage::Commit commit, std::function<void(StoreResult<Entry>)> done) {
  std::vector<Pending> batch;
  {
    util::MutexLock lock(queue_mutex_);
    if (lone_ < kLone || commit.among_many || writing_ || !queue_.empty()) {
      queue_.push_back({std::move(commit), std::move(done)});
      // Whoever writes now sees to it that the writer thread looks again.
      if (!writing_ && queue_.size() == 1) queued_.notify_one();
      return;
    }
    writing_ = true;
  }
  batch.push_back({std::move(commit), std::move(done)});
  Answers answers = write(batch);
  end_write(batch.size());
  answer(batch, answers);
}

void SqliteStore::end_write(std::size_t commits) {
  util::MutexLock lock(queue_mutex_);
  writing_ = false;
  lone_ = commits == 1 && queue_.empty() ? std::min(lone_ + 1, kLone) : 0;
  if (!queue_.empty() || closing_) queued_.notify_one();
}

void SqliteStore::run_writer() {
  std::vector<Pending> batch;
  while (true) {
    {
      util::MutexLock lock(queue_mutex_);
      while (writing_ || (queue_.empty() && !closing_)) queued_.wait(queue_mutex_);
      if (queue_.empty()) return;
      writing_ = true;
      std::size_t bytes = 0;
      while (!queue_.empty() && batch.size() < kBatchCommits && bytes < kBatchBytes) {
        const storage::Commit& next = queue_.front().commit;
        bytes += next.key.size() + (next.value ? next.value->size() : 0);
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    Answers answers = write(batch);
    end_write(batch.size());
    answer(batch, answers);
    batch.clear();
  }
}

SqliteStore::Answers SqliteStore::write(const std::vector<Pending>& batch) {
  Turn writing(write_mutex_);
  Answers answers = writer_.write(batch);
  std::vector<Event> events;
  events.reserve(batch.size());
  {
    util::MutexLock lock(state_mutex_);
    const util::TimePoint now = clock_.now();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!answers[i]) continue;
      note(*answers[i], batch[i].commit, now);
      events.push_back(*answers[i]);
    }
    newest_ = std::max(newest_, writer_.newest());
    if (log_.measured(writer_.log_pages()) && !jumped_) {
      jumped_ = true;
      state_changed_.notify_all();
    }
  }
  dispatcher_->publish(std::move(events));
  return answers;
}

void SqliteStore::note(const Event& event, const storage::Commit& commit, util::TimePoint now) {
  history_.add(event.revision, event.key.size() + event.previous.size() + kChangeBytes, now);
  history_.expire(now);
  if (commit.value && commit.ttl) endings_.add(event.key, event.revision, now + *commit.ttl);
}

void SqliteStore::answer(std::vector<Pending>& batch, Answers& answers) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!answers[i]) {
      batch[i].done(std::move(answers[i]).error());
      continue;
    }
    Event& event = *answers[i];
    const bool is_put = event.type == Event::Type::kPut;
    batch[i].done(Entry{std::move(event.key), std::move(is_put ? event.value : event.previous),
                        event.create_revision, event.revision});
  }
}

}  // namespace annex::sqlite
