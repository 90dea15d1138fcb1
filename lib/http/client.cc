#include "http/client.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "http/connection.h"
#include "http/dial.h"

namespace annex::http {
namespace {

/// Nothing that would end a line of the request's head.
bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

Result<void> check(const Outgoing& request) {
  bool good = is_one_line(request.method) && is_one_line(request.target) &&
              request.target.find(' ') == std::string::npos && !request.target.empty() &&
              request.target.front() == '/';
  for (const auto& [name, value] : request.headers) {
    good = good && is_one_line(name) && is_one_line(value);
  }
  if (!good) return Error::bad_request("not a request that can be sent");
  return {};
}

class PooledClient final : public Client {
 public:
  PooledClient(Endpoint endpoint, std::shared_ptr<const ConnectionSettings> settings,
               ClientLimits limits, util::Clock& clock)
      : endpoint_(std::move(endpoint)),
        settings_(std::move(settings)),
        limits_(limits),
        clock_(clock),
        dialler_(clock, limits.connect_time),
        jumps_(clock.on_jump([this] { poke_all(); })) {}
  ~PooledClient() override {
    jumps_.reset();
    stop();
  }
  PooledClient(const PooledClient&) = delete;
  PooledClient& operator=(const PooledClient&) = delete;

  Result<Incoming> call(const Outgoing& request, util::TimePoint deadline) override {
    if (Result<void> good = check(request); !good) return good.error();
    Patience patience(clock_, deadline);
    const Running running(*this, patience);
    if (Result<void> place = take_place(deadline); !place) return place.error();
    Result<Incoming> answer = attempt(request, nullptr, patience);
    give_place();
    return answer;
  }

  Result<Incoming> stream(const Outgoing& request,
                          const std::function<bool(std::string_view)>& on_bytes) override {
    if (Result<void> good = check(request); !good) return good.error();
    Patience patience(clock_, util::TimePoint::max(), limits_.silence);
    const Running running(*this, patience);
    return attempt(request, &on_bytes, patience);
  }

  void stop() override {
    std::vector<Idle> closed;
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    for (Patience* const patience : running_) patience->stop();
    closed.swap(idle_);
    changed_.notify_all();
  }

  bool stopped() const override {
    const util::MutexLock lock(mutex_);
    return stopped_;
  }

  std::size_t kept() const override {
    const util::MutexLock lock(mutex_);
    return idle_.size();
  }

 private:
  struct Idle {
    std::unique_ptr<Connection> connection{};
    util::TimePoint since{};
  };

  /// Known to stop() and to the clock for as long as it lives.
  class Running {
   public:
    Running(PooledClient& client, Patience& patience) : client_(client), patience_(patience) {
      const util::MutexLock lock(client_.mutex_);
      client_.running_.insert(&patience_);
      if (client_.stopped_) patience_.stop();
    }
    ~Running() {
      const util::MutexLock lock(client_.mutex_);
      client_.running_.erase(&patience_);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    PooledClient& client_;
    Patience& patience_;
  };

  void poke_all() {
    const util::MutexLock lock(mutex_);
    for (Patience* const patience : running_) patience->poke();
    changed_.notify_all();
  }

  Result<void> take_place(util::TimePoint deadline) {
    const util::MutexLock lock(mutex_);
    for (;;) {
      if (stopped_) return stopped_error();
      const util::TimePoint now = clock_.now();
      if (now >= deadline) return late_error("waiting for one of the client's places");
      if (places_ < limits_.calls) break;
      changed_.wait_for(mutex_, std::min<util::Duration>(deadline - now, std::chrono::minutes(1)));
    }
    ++places_;
    return {};
  }

  void give_place() {
    const util::MutexLock lock(mutex_);
    --places_;
    changed_.notify_all();
  }

  std::unique_ptr<Connection> take_kept() {
    for (;;) {
      Idle last{};
      {
        const util::MutexLock lock(mutex_);
        if (idle_.empty()) return nullptr;
        last = std::move(idle_.back());
        idle_.pop_back();
      }
      if (clock_.now() - last.since < limits_.idle_time && last.connection->reusable()) {
        return std::move(last.connection);
      }
    }
  }

  void keep(std::unique_ptr<Connection> connection) {
    if (!connection->reusable()) return;
    const util::MutexLock lock(mutex_);
    if (!stopped_ && idle_.size() < limits_.kept) {
      idle_.push_back({std::move(connection), clock_.now()});
    }
  }

  Result<std::unique_ptr<Connection>> open(Patience& patience) {
    const Result<int> socket = dialler_.connect(endpoint_.host, endpoint_.port, patience);
    if (!socket) return socket.error();
    return Connection::open(*settings_, *socket, patience, clock_.now() + limits_.handshake_time,
                            clock_.wall_now());
  }

  Result<Incoming> attempt(const Outgoing& request,
                           const std::function<bool(std::string_view)>* on_bytes,
                           Patience& patience) {
    std::unique_ptr<Connection> connection = take_kept();
    bool kept = connection != nullptr;
    for (;;) {
      if (!connection) {
        auto opened = open(patience);
        if (!opened) return opened.error();
        connection = std::move(*opened);
      }
      Result<Incoming> answer = connection->exchange(
          request, limits_.body_bytes,
          on_bytes ? *on_bytes : std::function<bool(std::string_view)>(), patience);
      if (answer) {
        keep(std::move(connection));
        return answer;
      }
      // A kept connection may end just as it is used; a GET can be sent again without harm.
      const bool again = kept && request.method == "GET" && connection->unanswered() &&
                         answer.error().details.retry_after_seconds > 0;
      if (!again) return answer;
      connection.reset();
      kept = false;
    }
  }

  const Endpoint endpoint_;
  const std::shared_ptr<const ConnectionSettings> settings_;
  const ClientLimits limits_;
  util::Clock& clock_;
  Dialler dialler_;
  mutable util::Mutex mutex_;
  util::CondVar changed_;
  std::set<Patience*> running_ ANNEX_GUARDED_BY(mutex_);
  std::vector<Idle> idle_ ANNEX_GUARDED_BY(mutex_);
  std::size_t places_ ANNEX_GUARDED_BY(mutex_) = 0;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
  std::shared_ptr<void> jumps_;
};

}  // namespace

Result<std::unique_ptr<Client>> Client::make(Endpoint endpoint, ClientLimits limits,
                                             util::Clock& clock) {
  auto settings = ConnectionSettings::make(endpoint);
  if (!settings) return settings.error();
  return std::unique_ptr<Client>(
      std::make_unique<PooledClient>(std::move(endpoint), std::move(*settings), limits, clock));
}

}  // namespace annex::http
