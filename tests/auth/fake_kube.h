// A Kubernetes API that answers from a script.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annex/auth/reviews.h"
#include "annex/http/uri.h"
#include "annex/kube/client.h"
#include "annex/util/logger.h"
#include "annex/util/manual_clock.h"
#include "annex/util/mutex.h"

namespace annex::auth::testing {

/// Gives `answer`'s word for every call, and counts them. While `hanging`, calls wait to be let go.
class FakeKube final : public kube::Client {
 public:
  using Script = std::function<Result<kube::Answer>(const kube::Call&)>;

  Result<kube::Answer> call(const kube::Call& call, util::TimePoint) override {
    Script script;
    {
      const util::MutexLock lock(mutex_);
      calls_.push_back(call);
      changed_.notify_all();
      while (hanging_ && !stopped_) changed_.wait(mutex_);
      if (stopped_) return Error::unavailable("shutting down");
      script = script_;
    }
    return script(call);
  }
  Result<kube::Answer> stream(const std::string&,
                              const std::function<bool(std::string_view)>&) override {
    return Error::unavailable("not streamed here");
  }
  void stop() override {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  bool stopped() const override {
    const util::MutexLock lock(mutex_);
    return stopped_;
  }

  void answer(Script script) {
    const util::MutexLock lock(mutex_);
    script_ = std::move(script);
  }
  /// Every call is answered with this status and body.
  void answer(int status, std::string body) {
    answer([status, body = std::move(body)](const kube::Call&) {
      return Result<kube::Answer>(kube::Answer{status, {}, body});
    });
  }
  void hang(bool hanging) {
    const util::MutexLock lock(mutex_);
    hanging_ = hanging;
    changed_.notify_all();
  }
  /// Waits until so many calls have come.
  void wait_for_calls(std::size_t count) {
    const util::MutexLock lock(mutex_);
    while (calls_.size() < count) changed_.wait(mutex_);
  }
  std::vector<kube::Call> calls() const {
    const util::MutexLock lock(mutex_);
    return calls_;
  }

 private:
  mutable util::Mutex mutex_;
  util::CondVar changed_;
  Script script_ ANNEX_GUARDED_BY(mutex_) = [](const kube::Call&) {
    return Result<kube::Answer>(Error::unavailable("connection refused"));
  };
  std::vector<kube::Call> calls_ ANNEX_GUARDED_BY(mutex_);
  bool hanging_ ANNEX_GUARDED_BY(mutex_) = false;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
};

/// What reviews need around them; waits between attempts move the clock.
struct Surroundings {
  util::ManualClock clock{};
  util::SeededRandom random{1};
  util::NullLogger logger{};
  std::shared_ptr<FakeKube> kube = std::make_shared<FakeKube>();

  Reviewer reviewer() {
    return {kube,
            clock,
            random,
            logger,
            [this](util::TimePoint until) {
              if (until > clock.now()) clock.advance(until - clock.now());
              return true;
            },
            {}};
  }
};

inline http::Request request_with(http::Headers headers) {
  http::Request request;
  request.method = "GET";
  request.target = *http::parse_target("/apis");
  request.headers = std::move(headers);
  return request;
}

inline http::Request with_token(const std::string& token) {
  return request_with({{"Authorization", "Bearer " + token}});
}

}  // namespace annex::auth::testing
