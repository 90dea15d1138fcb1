// One event loop with its connections.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

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

/// A thread that owns connections. Created and joined by the listener.
class IoThread {
 public:
  /// `listening`: the socket that this thread accepts from, or -1; accepted sockets go to `spread`.
  IoThread(Shared& shared, int listening, std::function<void(Accepted)> spread);
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
  void accept(util::TimePoint now);
  void stop_listening();
  void open(Accepted accepted, util::TimePoint now);
  bool take_inbox(util::TimePoint now);
  /// Brings interest, timer and life of a connection up to date after any call on it.
  void settle(std::uint64_t id, Entry& entry);
  void expire(util::TimePoint now);
  std::optional<util::Duration> wait_time(util::TimePoint now) const;

  Shared& shared_;
  int listening_;
  std::function<void(Accepted)> spread_;
  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<EventLoop::Watch> inbox_watch_;
  std::unique_ptr<EventLoop::Watch> listening_watch_;
  std::unordered_map<std::uint64_t, Entry> connections_;
  std::set<std::pair<util::TimePoint, std::uint64_t>> timers_;
  std::vector<std::uint64_t> leftovers_;
  std::optional<util::TimePoint> accept_again_;
  std::uint64_t next_ = 2;  ///< 0 is the inbox, 1 the listening socket
  std::thread thread_;
};

}  // namespace annex::transport
