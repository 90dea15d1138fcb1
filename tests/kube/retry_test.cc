#include <catch2/catch.hpp>
#include <deque>
#include <vector>

#include "annex/kube/client.h"
#include "annex/util/manual_clock.h"

namespace kube = annex::kube;
namespace util = annex::util;
using annex::Error;
using annex::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Gives its answers one after the other, the last for ever.
class ScriptedClient final : public kube::Client {
 public:
  explicit ScriptedClient(std::deque<Result<kube::Answer>> answers)
      : answers_(std::move(answers)) {}

  Result<kube::Answer> call(const kube::Call&, util::TimePoint) override {
    ++calls;
    Result<kube::Answer> answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return answer;
  }
  Result<kube::Answer> stream(const std::string&,
                              const std::function<bool(std::string_view)>&) override {
    return Error::unavailable("no streams here");
  }
  void stop() override {}
  bool stopped() const override { return false; }

  int calls = 0;

 private:
  std::deque<Result<kube::Answer>> answers_;
};

struct Waits {
  util::ManualClock clock;
  util::SeededRandom random{1};
  std::vector<util::Duration> waits;

  Result<kube::Answer> call(ScriptedClient& client, util::Duration limit = seconds(60)) {
    return kube::call_with_retry(client, {}, clock.now() + limit, {}, clock, random,
                                 [this](util::TimePoint until) {
                                   waits.push_back(until - clock.now());
                                   clock.advance(until - clock.now());
                                   return true;
                                 });
  }
};

Error broken() {
  Error error = Error::unavailable("connection reset by peer");
  error.details.retry_after_seconds = 1;
  return error;
}

}  // namespace

TEST_CASE("a call that goes wrong in passing is tried five times, waiting longer each time") {
  ScriptedClient client({kube::Answer{500, {}, "{}"}});
  Waits waits;
  const auto answer = waits.call(client);
  REQUIRE(answer);
  CHECK(answer->status == 500);
  CHECK(client.calls == 5);
  REQUIRE(waits.waits.size() == 4);
  double least = 500;
  for (const util::Duration wait : waits.waits) {
    const double took = std::chrono::duration<double, std::milli>(wait).count();
    CHECK(took >= least - 0.001);
    CHECK(took <= least * 1.2);
    least *= 1.5;
  }
}

TEST_CASE("a broken connection, 429 and 504 are tried again until an answer comes") {
  ScriptedClient client({broken(), kube::Answer{429, {}, {}}, kube::Answer{504, {}, {}},
                         kube::Answer{201, {}, "yes"}});
  Waits waits;
  const auto answer = waits.call(client);
  REQUIRE(answer);
  CHECK(answer->body == "yes");
  CHECK(client.calls == 4);
}

TEST_CASE("a refused connection, a passed deadline and a final answer are not tried again") {
  const auto first =
      GENERATE(Result<kube::Answer>(Error::unavailable("connection refused")),
               Result<kube::Answer>(Error::generic(annex::Reason::kTimeout, "too late")),
               Result<kube::Answer>(kube::Answer{200, {}, {}}),
               Result<kube::Answer>(kube::Answer{201, {}, {}}),
               Result<kube::Answer>(kube::Answer{403, {}, {}}),
               Result<kube::Answer>(kube::Answer{503, {}, {}}));
  ScriptedClient client({first});
  Waits waits;
  static_cast<void>(waits.call(client));
  CHECK(client.calls == 1);
  CHECK(waits.waits.empty());
}

TEST_CASE("a server's advice when to come again is followed, from its header or its Status") {
  const auto first =
      GENERATE(kube::Answer{503, {{"retry-after", "7"}}, {}},
               kube::Answer{409, {}, R"({"kind":"Status","details":{"retryAfterSeconds":7}})"});
  ScriptedClient client({first, kube::Answer{200, {}, {}}});
  Waits waits;
  REQUIRE(waits.call(client)->status == 200);
  REQUIRE(waits.waits.size() == 1);
  CHECK(waits.waits[0] == seconds(7));
}

TEST_CASE("where the time does not suffice for another attempt the last answer counts") {
  ScriptedClient client({kube::Answer{500, {}, "why"}});
  Waits waits;
  const auto answer = waits.call(client, milliseconds(1000));
  REQUIRE(answer);
  CHECK(answer->body == "why");
  CHECK(client.calls == 2);
}

TEST_CASE("waiting ends with the calls") {
  ScriptedClient client({broken()});
  util::ManualClock clock;
  util::SeededRandom random(1);
  const auto answer = kube::call_with_retry(client, {}, clock.now() + seconds(60), {}, clock,
                                            random, [](util::TimePoint) { return false; });
  CHECK_FALSE(answer);
  CHECK(client.calls == 1);
}
