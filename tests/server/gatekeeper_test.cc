#include "server/gatekeeper.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "annex/util/manual_clock.h"
#include "tests/recording_logger.h"

namespace annex::detail {
namespace {

/// Knows the token "good"; remembers it only once it has been asked.
class Token final : public auth::Authenticator {
 public:
  Result<std::optional<request::UserInfo>> authenticate(const http::Request& request) override {
    ++asked;
    known = true;
    const auto token = auth::bearer_token(request);
    if (!token) return std::optional<request::UserInfo>();
    if (*token != "good") return Error{Reason::kUnauthorized, "token backend: no such token"};
    request::UserInfo user;
    user.name = "alice";
    return std::optional(user);
  }
  std::optional<Result<std::optional<request::UserInfo>>> from_memory(
      const http::Request& request) override {
    if (!known) return std::nullopt;
    return authenticate(request);
  }

  int asked = 0;
  bool known = false;
};

/// Allows what is in `allowed`, as "user verb resource".
class Rules final : public auth::Authorizer {
 public:
  auth::Decision authorize(const auth::Attributes& attributes) override {
    const std::string what =
        attributes.user.name + " " + attributes.info.verb + " " + attributes.info.resource;
    asked.push_back(what);
    if (!failure.empty()) return {auth::Verdict::kNoOpinion, "", failure};
    const bool allow = std::find(allowed.begin(), allowed.end(), what) != allowed.end();
    return {allow ? auth::Verdict::kAllow : auth::Verdict::kNoOpinion, "no rule", ""};
  }

  std::vector<std::string> allowed{};
  std::vector<std::string> asked{};
  std::string failure{};
};

struct Gate {
  std::shared_ptr<Token> token = std::make_shared<Token>();
  std::shared_ptr<Rules> rules = std::make_shared<Rules>();
  test::RecordingLogger logger{};
  util::ManualClock clock{};
  util::SeededRandom random{1};
  Gatekeeper keeper{token, rules, {clock, random, logger}, {}};
  Gatekeeper::Visit visit{};
  http::Request request{};
  request::Context context{};

  explicit Gate(http::Headers headers) {
    request.target = *http::parse_target("/apis/a.example.com/v1/things?limit=5&continue=<x>");
    request.headers = std::move(headers);
    context.info.is_resource = true;
    context.info.verb = "list";
    context.info.group = "a.example.com";
    context.info.resource = "things";
  }

  std::optional<Result<void>> admit(bool may_wait) {
    return keeper.admit(visit, request, context, util::TimePoint::max(), may_wait);
  }
};

TEST_CASE("What is not known without waiting is asked for later, and once") {
  Gate gate({{"Authorization", "Bearer good"}});
  gate.rules->allowed = {"alice list things"};
  CHECK_FALSE(gate.admit(false).has_value());
  CHECK(gate.token->asked == 0);
  CHECK_FALSE(gate.admit(false).has_value());

  const std::optional<Result<void>> admitted = gate.admit(true);
  REQUIRE(admitted);
  CHECK(*admitted);
  CHECK(gate.context.user.name == "alice");
  CHECK_FALSE(gate.visit.anonymous);
  CHECK(gate.token->asked == 1);
  CHECK(gate.rules->asked.size() == 1);
}

TEST_CASE("A caller that is known needs no second look while a decision is waited for") {
  Gate gate({{"Authorization", "Bearer good"}});
  gate.token->known = true;
  CHECK_FALSE(gate.admit(false).has_value());  // Known, but the authorizer must be asked.
  CHECK(gate.visit.identified);
  REQUIRE(gate.admit(true));
  CHECK(gate.token->asked == 1);
}

TEST_CASE("Nobody's request is anonymous, a bad token's is refused without its cause") {
  Gate nobody({});
  const std::optional<Result<void>> refused = nobody.admit(true);
  REQUIRE(refused);
  REQUIRE_FALSE(*refused);
  CHECK(refused->error().reason == Reason::kForbidden);
  CHECK(nobody.visit.anonymous);
  CHECK(nobody.context.user.name == "system:anonymous");

  Gate bad({{"Authorization", "Bearer bad"}});
  const std::optional<Result<void>> unknown = bad.admit(true);
  REQUIRE(unknown);
  REQUIRE_FALSE(*unknown);
  CHECK(unknown->error().reason == Reason::kUnauthorized);
  CHECK(unknown->error().message == "Unauthorized");
  CHECK(bad.rules->asked.empty());
  REQUIRE(bad.logger.lines().size() == 1);
  CHECK(bad.logger.lines()[0].find("no such token") != std::string::npos);
}

TEST_CASE("Credentials and told identities go no further than the gate") {
  Gate gate({{"authorization", "Bearer good"},
             {"X-Remote-User", "root"},
             {"x-remote-GROUP", "system:masters"},
             {"Accept", "application/json"}});
  REQUIRE(gate.admit(true));
  CHECK_FALSE(gate.request.headers.contains("Authorization"));
  CHECK_FALSE(gate.request.headers.contains("X-Remote-User"));
  CHECK_FALSE(gate.request.headers.contains("X-Remote-Group"));
  CHECK(gate.request.headers.contains("Accept"));
  CHECK(gate.context.user.name == "alice");
}

TEST_CASE("Whoever may not impersonate all of it is refused before the request is looked at") {
  Gate gate({{"Authorization", "Bearer good"},
             {"Impersonate-User", "bob"},
             {"Impersonate-Group", "cooks"}});
  gate.rules->allowed = {"alice impersonate users", "bob list things"};
  const std::optional<Result<void>> refused = gate.admit(true);
  REQUIRE(refused);
  REQUIRE_FALSE(*refused);
  CHECK(refused->error().reason == Reason::kForbidden);
  CHECK(refused->error().message.find("cannot impersonate resource \"groups\"") !=
        std::string::npos);
  CHECK(gate.rules->asked ==
        std::vector<std::string>{"alice impersonate users", "alice impersonate groups"});
}

TEST_CASE("Whoever may is taken for the other, whose rights then count") {
  Gate gate({{"Authorization", "Bearer good"}, {"Impersonate-User", "bob"}});
  gate.rules->allowed = {"alice impersonate users", "alice list things"};
  std::optional<Result<void>> answer = gate.admit(true);
  REQUIRE(answer);
  REQUIRE_FALSE(*answer);
  CHECK(gate.context.user.name == "bob");
  CHECK_FALSE(gate.request.headers.contains("Impersonate-User"));

  Gate again({{"Authorization", "Bearer good"}, {"Impersonate-User", "bob"}});
  again.rules->allowed = {"alice impersonate users", "bob list things"};
  answer = again.admit(true);
  REQUIRE(answer);
  CHECK(*answer);
}

TEST_CASE("Without a decision the answer is an internal error that names the request") {
  Gate gate({{"Authorization", "Bearer good"}});
  gate.rules->failure = "reviews hang";
  const std::optional<Result<void>> failed = gate.admit(true);
  REQUIRE(failed);
  REQUIRE_FALSE(*failed);
  CHECK(failed->error().reason == Reason::kInternalError);
  CHECK(failed->error().message ==
        "Internal Server Error: \"/apis/a.example.com/v1/things?limit=5&continue=<x>\": "
        "reviews hang");
  REQUIRE(gate.logger.lines().size() == 1);
}

}  // namespace
}  // namespace annex::detail
