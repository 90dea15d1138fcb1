// One event loop with its connections.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "http/date.h"
#include "transport/connection.h"
#include "transport/event_loop.h"
#include "transport/tls_context.h"

namespace annex::transport {

/// What the IO threads of a listener share. Owned by the listener.
struct Shared {
  http::Service& service;
  util::Clock& clock;
  util::Logger& logger;
  const Limits limits;
  Budget budget{limits.request_bytes};
  Census census{limits.connections, limits.connections_of_one_address};
  util::Mutex mutex{};
  TlsContext context ANNEX_GUARDED_BY(mutex){};
};

/// A thread that owns connections. Created and joined by the listener. Of each kind of work only so
/// much is done in one turn of its loop: whatever some peers are up to, the others get their turn.
class IoThread {
 public:
  explicit IoThread(Shared& shared);
  ~IoThread() { join(); }
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// False if the operating system has no descriptor for it.
  bool start();
  Inbox& inbox() { return *inbox_; }
  void join();

 private:
  struct Entry {
    Census::Place place{};
    std::unique_ptr<Connection> connection{};
    std::unique_ptr<EventLoop::Watch> watch{};  ///< goes before the connection and its socket
    unsigned interest = EventLoop::kNothing;
    std::optional<util::TimePoint> due{};
  };

  void run();
  /// What came from elsewhere and what is left over. False: the thread is to end.
  bool catch_up();
  bool take_content(util::TimePoint now);
  void drain(util::TimePoint now);
  void open(Accepted accepted, util::TimePoint now);
  void on_ready(const EventLoop::Ready& ready, util::TimePoint now);
  void pump(std::uint64_t id, util::TimePoint now);
  /// Brings interest, timer and life of a connection up to date after any call on it.
  void settle(std::uint64_t id, Entry& entry);
  void expire(util::TimePoint now);
  bool has_work() const;
  /// How long to wait at most, with the inbox set to end that.
  std::optional<util::Duration> wait_time(util::TimePoint now);

  Shared& shared_;
  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<EventLoop::Watch> inbox_watch_;
  std::unordered_map<std::uint64_t, Entry> connections_;
  std::set<std::pair<util::TimePoint, std::uint64_t>> timers_;
  Inbox::Content content_;
  std::vector<std::uint64_t> leftovers_;
  std::deque<Accepted> accepted_;
  std::deque<std::uint64_t> touched_;        ///< connections that have something to write
  std::vector<std::uint64_t> just_touched_;  ///< scratch of take_content()
  http::DateText date_;
  std::vector<std::unique_ptr<Connection>> dead_;
  bool draining_ = false;
  std::uint64_t next_ = 1;  ///< 0 is the inbox
  std::thread thread_;
};

}  // namespace annex::transport
