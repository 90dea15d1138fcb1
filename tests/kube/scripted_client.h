// A client of the Kubernetes API that answers from a script.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "annex/kube/client.h"
#include "annex/util/mutex.h"

namespace annex::test {

/// Gives `answer`'s word for every call, and keeps them: for what no healthy cluster says, and for
/// what is asked to the letter. annex::testing::FakeKubernetes behaves as a cluster does. While
/// `hanging`, calls wait to be let go.
class ScriptedClient final : public kube::Client {
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

}  // namespace annex::test
