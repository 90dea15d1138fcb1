#include <catch2/catch.hpp>
#include <thread>

#include "annex/json/read.h"
#include "auth/bearer_token.h"
#include "tests/auth/surroundings.h"

namespace annex::auth {
namespace {

using testing::request_with;
using testing::Surroundings;
using testing::with_token;

constexpr const char* kAlice = R"({"kind":"TokenReview","status":{"authenticated":true,
  "user":{"username":"alice","uid":"7","groups":["dev"],"extra":{"k/x":["a","b"]}}}})";

TEST_CASE("a token is reviewed once and its user remembered for ten seconds") {
  Surroundings around;
  around.kube->answer(201, kAlice);
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), {});
  CHECK_FALSE(tokens->from_memory(with_token("t")).has_value());

  const auto user = tokens->authenticate(with_token("t"));
  REQUIRE(user);
  REQUIRE(*user);
  CHECK(**user == request::UserInfo{"alice", "7", {"dev"}, {{"k/x", {"a", "b"}}}});
  REQUIRE(around.kube->calls().size() == 1);
  const kube::Call call = around.kube->calls().front();
  CHECK(call.method == "POST");
  CHECK(call.path == "/apis/authentication.k8s.io/v1/tokenreviews");
  CHECK(call.body ==
        R"({"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"t"}})");

  const auto remembered = tokens->from_memory(with_token("t"));
  REQUIRE(remembered);
  CHECK((**remembered)->name == "alice");
  CHECK_FALSE(tokens->from_memory(with_token("u")).has_value());
  around.clock.advance(std::chrono::seconds(10));
  CHECK_FALSE(tokens->from_memory(with_token("t")).has_value());
}

TEST_CASE("a request without a token needs no review") {
  Surroundings around;
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), {});
  for (const char* header : {"", "Basic x", "Bearer", "Bearer  two", "Bearerx y"}) {
    const auto known = tokens->from_memory(request_with({{"Authorization", header}}));
    REQUIRE(known);
    REQUIRE(*known);
    CHECK_FALSE((*known)->has_value());
  }
  CHECK(bearer_token(request_with({{"Authorization", " bEARER t x "}})) == "t");
  CHECK(around.kube->calls().empty());
}

TEST_CASE("a rejection is remembered, a review's error is not") {
  Surroundings around;
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), {});
  around.kube->answer(201, R"({"status":{"authenticated":false,"error":"it broke"}})");
  const auto broken = tokens->authenticate(with_token("t"));
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message == "it broke");
  CHECK_FALSE(tokens->from_memory(with_token("t")).has_value());

  around.kube->answer(201, R"({"status":{}})");
  const auto rejected = tokens->authenticate(with_token("t"));
  REQUIRE_FALSE(rejected);
  CHECK(rejected.error().message == "invalid bearer token");
  CHECK(tokens->from_memory(with_token("t")).has_value());
}

TEST_CASE("reviews are repeated after a 500 and a 429, not after a 403") {
  Surroundings around;
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), {});
  const int status = GENERATE(500, 429);
  around.kube->answer(status, R"({"kind":"Status","message":"later"})");
  CHECK_FALSE(tokens->authenticate(with_token("t")));
  CHECK(around.kube->calls().size() == 5);

  around.kube->answer(403, R"({"kind":"Status","message":"tokenreviews is forbidden"})");
  const auto refused = tokens->authenticate(with_token("t"));
  CHECK(around.kube->calls().size() == 6);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "tokenreviews is forbidden");
}

TEST_CASE("a token for another audience is rejected") {
  Surroundings around;
  TokenReviewOptions options;
  options.audiences = {"ours", "theirs"};
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), options);
  const auto answer = [&](const std::string& audiences) {
    around.clock.advance(std::chrono::minutes(1));
    around.kube->answer(201, R"({"status":{"authenticated":true,"audiences":)" + audiences +
                                 R"(,"user":{"username":"alice"}}})");
    return tokens->authenticate(with_token("t")).has_value();
  };
  CHECK(answer(R"(["theirs"])"));
  CHECK(answer("[]"));
  CHECK_FALSE(answer(R"(["others"])"));
  CHECK(around.kube->calls().front().body.find(R"("audiences":["ours","theirs"])") !=
        std::string::npos);
}

TEST_CASE("a time to live of zero remembers nothing") {
  Surroundings around;
  around.kube->answer(201, kAlice);
  TokenReviewOptions options;
  options.success_ttl = options.failure_ttl = {};
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), options);
  CHECK(tokens->authenticate(with_token("t")));
  CHECK_FALSE(tokens->from_memory(with_token("t")).has_value());
}

TEST_CASE("callers with the same token share one review") {
  Surroundings around;
  around.kube->answer(201, kAlice);
  around.kube->hang(true);
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), {});
  std::vector<std::thread> callers;
  std::atomic<int> found{0};
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      const auto user = tokens->authenticate(with_token("t"));
      if (user && *user) ++found;
    });
  }
  around.kube->wait_for_calls(1);
  around.kube->hang(false);
  for (std::thread& caller : callers) caller.join();
  CHECK(found == 8);
  CHECK(around.kube->calls().size() == 1);
}

TEST_CASE("a browser's token comes as a sub-protocol") {
  const auto upgrade = [](const std::string& protocols) {
    return request_with({{"Connection", "keep-alive, Upgrade"},
                         {"Upgrade", "websocket"},
                         {"Sec-WebSocket-Protocol", protocols}});
  };
  const std::string prefix = "base64url.bearer.authorization.k8s.io.";
  const auto cause = [&](const std::string& protocols) {
    const auto token = websocket_token(upgrade(protocols));
    return token ? std::string() : token.error().message;
  };
  CHECK(websocket_token(upgrade(prefix + "dG9rZW4, v4.channel.k8s.io")).value() == "token");
  CHECK_FALSE(websocket_token(upgrade("v4.channel.k8s.io")).value());
  CHECK(cause(prefix + "dG9rZW4") == "missing additional subprotocol");
  CHECK(cause(prefix + "dG9rZW4=, x") == "invalid base64.bearer.authorization token encoding");
  CHECK(cause(prefix + "_w, x") == "invalid base64.bearer.authorization token");
  CHECK(cause(prefix + "YQ," + prefix + "Yg,x") ==
        "multiple base64.bearer.authorization tokens specified");
  CHECK_FALSE(websocket_token(request_with({{"Sec-WebSocket-Protocol", prefix + "YQ,x"}})).value());

  Surroundings around;
  around.kube->answer(201, kAlice);
  const AuthenticatorPtr tokens = make_token_reviews(around.reviewer(), {});
  http::Request request = upgrade(prefix + "dG9rZW4, v4.channel.k8s.io");
  CHECK(tokens->authenticate(request));
  tokens->remove_credentials(request.headers);
  CHECK(request.headers.first("Sec-WebSocket-Protocol") == "v4.channel.k8s.io");
}

}  // namespace
}  // namespace annex::auth
