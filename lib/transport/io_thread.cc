#include "transport/io_thread.h"

#include <unistd.h>

#include <algorithm>

#include "transport/thread_begin.h"

namespace annex::transport {
namespace {

constexpr std::uint64_t kInbox = 0;
// How much of each kind of work makes a turn, a millisecond or two at most.
constexpr std::size_t kSlice = 32;   ///< ready sockets, before something else is looked at
constexpr std::size_t kOpened = 8;   ///< handshakes begun
constexpr std::size_t kPumped = 64;  ///< connections written to
constexpr std::size_t kExpired = 64;
constexpr std::size_t kBuried = 32;  ///< freeing all that TLS keeps takes longer than closing

}  // namespace

IoThread::IoThread(Shared& shared)
    : shared_(shared), inbox_(std::make_shared<Inbox>()), loop_(EventLoop::make()) {}

bool IoThread::start() {
  if (!loop_ || inbox_->descriptor() < 0) return false;
  inbox_watch_ = loop_->watch(inbox_->descriptor(), kInbox);
  if (!inbox_watch_) return false;
  inbox_watch_->want(EventLoop::kRead);
  thread_ = std::thread([this] { run(); });
  return true;
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  begin_thread("annex-io");
  const auto jumps = shared_.clock.on_jump([inbox = inbox_] { inbox->nudge(); });

  bool going = true;
  while (going) {
    const std::vector<EventLoop::Ready>& ready = loop_->wait(wait_time(shared_.clock.now()));
    inbox_->rise();
    const util::TimePoint now = shared_.clock.now();
    std::size_t served = 0;
    for (const EventLoop::Ready& one : ready) {
      on_ready(one, now);
      if (++served % kSlice == 0 && !catch_up()) going = false;
    }
    for (const std::uint64_t id : std::exchange(leftovers_, {})) on_ready({id, false}, now);
    if (!catch_up()) going = false;
    expire(now);
  }
  inbox_->close();
  inbox_watch_.reset();
  for (const Accepted& accepted : accepted_) ::close(accepted.socket);
  accepted_.clear();
  connections_.clear();
  dead_.clear();
}

bool IoThread::has_work() const {
  return !leftovers_.empty() || !accepted_.empty() || !touched_.empty() || !dead_.empty();
}

std::optional<util::Duration> IoThread::wait_time(util::TimePoint now) {
  if (has_work() || !inbox_->sleep()) return util::Duration::zero();
  if (timers_.empty()) return std::nullopt;
  return std::max(timers_.begin()->first - now, util::Duration::zero());
}

void IoThread::on_ready(const EventLoop::Ready& ready, util::TimePoint now) {
  const auto found = connections_.find(ready.id);
  if (found == connections_.end()) return;
  Entry& entry = found->second;
  if (ready.broken) {
    entry.interest = EventLoop::kNothing;
    entry.connection->on_hang_up(now);
  } else {
    entry.connection->on_socket(now);
  }
  settle(ready.id, entry);
}

bool IoThread::catch_up() {
  inbox_->take(content_);
  // Later than whatever was put there: what began after a time limit must not fall under it.
  const util::TimePoint now = shared_.clock.now();
  if (!take_content(now)) return false;
  for (std::size_t i = 0; i < kOpened && !accepted_.empty(); ++i) {
    Accepted accepted = std::move(accepted_.front());
    accepted_.pop_front();
    open(std::move(accepted), now);
  }
  for (std::size_t i = 0; i < kPumped && !touched_.empty(); ++i) {
    const std::uint64_t id = touched_.front();
    touched_.pop_front();
    pump(id, now);
  }
  dead_.resize(dead_.size() - std::min(dead_.size(), kBuried));
  return true;
}

void IoThread::open(Accepted accepted, util::TimePoint now) {
  TlsContext context;
  {
    const util::MutexLock lock(shared_.mutex);
    context = shared_.context;
  }
  const std::uint64_t id = next_++;
  auto connection =
      Connection::make(accepted.socket, std::move(context),
                       Peer{shared_.service, shared_.limits, shared_.clock, shared_.budget, inbox_,
                            date_, id, std::move(accepted.address), nullptr},
                       now);
  if (!connection || draining_) return;
  auto watch = loop_->watch(connection->socket(), id);
  if (!watch) return;
  Entry& entry = connections_[id];
  entry.place = std::move(accepted.place);
  entry.connection = std::move(connection);
  entry.watch = std::move(watch);
  entry.connection->on_socket(now);
  settle(id, entry);
}

bool IoThread::take_content(util::TimePoint now) {
  if (content_.stop) return false;
  for (Accepted& accepted : content_.accepted) accepted_.push_back(std::move(accepted));
  if (content_.drain) drain(now);
  // First everything that became ready, then one write for each connection.
  std::vector<std::uint64_t>& touched = just_touched_;
  touched.clear();
  for (Inbox::Answer& answer : content_.answers) {
    const auto found = connections_.find(answer.id.connection);
    if (found == connections_.end()) continue;
    found->second.connection->answer(answer.id.stream, std::move(answer.response), now);
    touched.push_back(answer.id.connection);
  }
  for (const http::WakeId& id : content_.wakes) {
    const auto found = connections_.find(id.connection);
    if (found == connections_.end()) continue;
    found->second.connection->wake(id.stream, now);
    touched.push_back(id.connection);
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  touched_.insert(touched_.end(), touched.begin(), touched.end());
  return true;
}

void IoThread::drain(util::TimePoint now) {
  draining_ = true;
  std::vector<std::uint64_t> ids;
  for (const auto& [id, entry] : connections_) ids.push_back(id);
  for (const std::uint64_t id : ids) {
    connections_.at(id).connection->drain(now);
    pump(id, now);
  }
}

void IoThread::pump(std::uint64_t id, util::TimePoint now) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.connection->pump(now);
  settle(id, found->second);
}

void IoThread::settle(std::uint64_t id, Entry& entry) {
  Connection& connection = *entry.connection;
  if (connection.dead()) {
    if (entry.due) timers_.erase({*entry.due, id});
    dead_.push_back(std::move(entry.connection));
    connections_.erase(id);
    return;
  }
  const unsigned interest = (connection.wants_read() ? EventLoop::kRead : 0U) |
                            (connection.wants_write() ? EventLoop::kWrite : 0U);
  if (interest != entry.interest) {
    entry.interest = interest;
    entry.watch->want(interest);
  }
  if (connection.has_leftover()) leftovers_.push_back(id);
  // A timer that moves away is left to fire early and look again: that saves work a request.
  const auto due = connection.deadline();
  if (due && (!entry.due || *due < *entry.due)) {
    if (entry.due) timers_.erase({*entry.due, id});
    timers_.emplace(*due, id);
    entry.due = due;
  }
}

void IoThread::expire(util::TimePoint now) {
  // Some of those that are due now, once each: one that becomes due again waits for the next round.
  std::vector<std::uint64_t> due_now;
  while (due_now.size() < kExpired && !timers_.empty() && timers_.begin()->first <= now) {
    due_now.push_back(timers_.begin()->second);
    timers_.erase(timers_.begin());
  }
  for (const std::uint64_t id : due_now) {
    Entry& entry = connections_.at(id);
    entry.due.reset();
    const auto due = entry.connection->deadline();
    if (due && *due <= now) {
      entry.connection->expire(now);
      entry.connection->pump(now);
    }
    settle(id, entry);
  }
}

}  // namespace annex::transport
