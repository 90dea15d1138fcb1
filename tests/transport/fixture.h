// A listener on loopback with a small service, and blocking TLS clients to try it with.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>

#include "annex/http/service.h"
#include "annex/tls/certificate.h"
#include "annex/transport/listener.h"
#include "annex/util/manual_clock.h"
#include "annex/util/mutex.h"

namespace annex::transport::test {

/// Gives one chunk for each wake() and ends at end(). All control calls: any thread.
class Feed {
 public:
  void push(std::string text);
  void end();
  std::unique_ptr<http::BodySource> source();
  /// Wakes all sources in one call, as a cache does.
  void push_to_all_at_once(std::string text);
  /// Waits until that many sources of this feed live; false if it takes too long.
  bool wait_open(int count);

  struct State {
    util::Mutex mutex;
    util::CondVar changed;
    std::string text ANNEX_GUARDED_BY(mutex);
    bool ended ANNEX_GUARDED_BY(mutex) = false;
    std::vector<http::Waker> wakers ANNEX_GUARDED_BY(mutex);
    int open ANNEX_GUARDED_BY(mutex) = 0;
  };

 private:
  void wake();
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// A body that always has more. All control calls: any thread.
class Endless {
 public:
  std::unique_ptr<http::BodySource> source();
  /// Waits for `patience` until no source of this kind lives.
  bool wait_closed(std::chrono::milliseconds patience = std::chrono::seconds(30));
  std::size_t pulled() const;

  struct State {
    util::Mutex mutex;
    util::CondVar changed;
    int open ANNEX_GUARDED_BY(mutex) = 0;
    std::size_t pulled ANNEX_GUARDED_BY(mutex) = 0;
  };

 private:
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// /echo answers method, path and body; /big answers 3 MiB; /feed and /endless stream; /hold
/// answers when told; /upgrade echoes bytes, until "bye"; anything else is 404.
class EchoService final : public http::Service {
 public:
  void serve(http::Request request, http::Respond respond) override;
  http::Response refusal(const Error& error, int status) override;
  std::size_t body_limit(const http::Request&) const override { return 1 << 20; }

  Feed feed;
  Endless endless;
  std::atomic<int> served{0};
  std::atomic<std::size_t> chain_length{0};
  /// Answers everything that /hold keeps.
  void release();
  /// Waits until /hold keeps that many; false if it takes too long.
  bool wait_held(std::size_t count);

 private:
  util::Mutex mutex_;
  util::CondVar changed_;
  std::vector<http::Respond> held_ ANNEX_GUARDED_BY(mutex_);
};

class CountingLogger final : public util::Logger {
 public:
  bool enabled(int) const override { return true; }
  void write(util::Severity severity, std::string_view,
             std::initializer_list<util::LogField>) override {
    warnings += severity == util::Severity::kWarning;
  }
  std::atomic<int> warnings{0};
};

struct Fixture {
  explicit Fixture(Limits limits = {}, std::size_t io_threads = 2);
  /// With other options than the defaults, perhaps before another service, which outlives it.
  explicit Fixture(const std::function<void(ListenerOptions&)>& adjust,
                   http::Service* other = nullptr);
  ~Fixture() { listener->stop(); }

  util::ManualClock clock;
  CountingLogger logger;
  EchoService service;
  tls::Identity ca;
  tls::Identity client;
  std::unique_ptr<Listener> listener;
};

/// A connected socket without TLS, for the caller to close.
int connect_to(const Fixture& fixture, int receive_buffer = 0);

/// True once the peer has closed a socket without TLS; false if it says something, or nothing for
/// as long as a test waits.
bool closed_by_peer(int socket);

/// A blocking TLS client with a time limit of 30 s on each read.
class Client {
 public:
  explicit Client(const Fixture& fixture, const char* protocol = "http/1.1",
                  bool with_certificate = false, int receive_buffer = 0);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// False if the peer takes no more.
  bool send(std::string_view text);
  /// Says that no more will come; what the peer says can still be received.
  void send_end();
  /// What comes next; empty at the end. The test fails if it takes too long.
  std::string receive();
  /// Makes send() fail instead of waiting.
  void set_blocking(bool blocking);
  /// Asks for /echo and gets it: whatever the server's thread had to do before is done.
  bool works();
  /// Everything until `mark` was seen or the peer ended.
  std::string receive_until(std::string_view mark);
  std::string receive_all() { return receive_until(""); }

 private:
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  int socket_ = -1;
  bool blocking_ = true;
};

/// Waits until that many connections are left; false if it takes too long.
bool closes_to(const Fixture& fixture, std::size_t count);
/// True if all connections are gone once the time for lingering ones has passed. Requires: each
/// client has seen its end, or was destroyed.
bool all_closed(Fixture& fixture);

}  // namespace annex::transport::test
