// What other threads have for one IO thread: wake-ups, answers, connections, commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/http/body_source.h"
#include "annex/http/response.h"
#include "annex/util/mutex.h"
#include "transport/census.h"

namespace annex::transport {

/// A connection that was let in. Whoever takes the socket closes it.
struct Accepted {
  int socket = -1;
  std::string address{};  ///< of the peer, without the port
  Census::Place place{};
};

/// Shared by the IO thread and by everybody who holds a Waker or owes an answer, so that both may
/// outlive the listener. Any thread.
class Inbox final : public http::WakeTarget {
 public:
  struct Answer {
    http::WakeId id{};
    std::optional<http::Response> response{};  ///< absent: whoever owed it gave up
  };
  struct Content {
    std::vector<http::WakeId> wakes{};
    std::vector<Answer> answers{};
    std::vector<Accepted> accepted{};
    bool drain = false;
    bool stop = false;
  };

  Inbox();
  ~Inbox() override;

  void wake(std::span<const http::WakeId> ids) override;
  void answer(http::WakeId id, std::optional<http::Response> response);
  void add(Accepted accepted);
  void drain();
  void stop();
  /// Lets the thread look around: the clock was moved.
  void nudge();

  /// Puts everything into `out`, whose own content is lost. The IO thread only.
  void take(Content& out);
  /// Begins a wait: the next thing that comes is signalled. False, and nothing changes, if there is
  /// something to take. The IO thread only.
  bool sleep();
  /// Ends the wait: what comes is taken, before the next one, without a signal. The IO thread only.
  void rise();
  /// Refuses everything from now on: the thread is gone.
  void close();
  /// Readable once something came during a wait, until it is taken.
  int descriptor() const { return descriptor_; }

 private:
  /// Notes that something came. True if ring() is to follow, once the mutex is free.
  [[nodiscard]] bool has_come() ANNEX_REQUIRES(mutex_);
  void ring();
  void command(bool Content::*order);

  util::Mutex mutex_;
  Content content_ ANNEX_GUARDED_BY(mutex_);
  bool has_news_ ANNEX_GUARDED_BY(mutex_) = false;  ///< something came that was not taken
  bool sleeping_ ANNEX_GUARDED_BY(mutex_) = false;
  /// Rings that were not heard. Some may be yet to come.
  std::uint64_t rings_ ANNEX_GUARDED_BY(mutex_) = 0;
  bool closed_ ANNEX_GUARDED_BY(mutex_) = false;
  int descriptor_ = -1;
};

}  // namespace annex::transport
