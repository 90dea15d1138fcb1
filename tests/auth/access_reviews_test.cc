#include <catch2/catch.hpp>

#include <set>

#include "annex/json/read.h"
#include "auth/access_review_spec.h"
#include "tests/auth/surroundings.h"

namespace annex::auth {
namespace {

using testing::Surroundings;

const request::UserInfo kAlice{"alice", "7", {"dev", "system:authenticated"}, {{"k", {"v"}}}};

request::RequestInfo listing() {
  request::RequestInfo info;
  info.is_resource = true;
  info.verb = "list";
  info.group = "bakery.example.com";
  info.version = "v1";
  info.resource = "loaves";
  info.name_space = "default";
  return info;
}

request::RequestInfo reading(const std::string& path) {
  request::RequestInfo info;
  info.verb = "get";
  info.path = path;
  return info;
}

TEST_CASE("the question of a review") {
  request::RequestInfo info = listing();
  info.field_selector = "spec.oven=x,spec.y!=z";
  info.label_selector = "app,!old,tier in (a,b),n>3,x!=y";
  CHECK(
      access_review_spec({kAlice, info}) ==
      R"({"resourceAttributes":{"namespace":"default","verb":"list","group":"bakery.example.com",)"
      R"("version":"v1","resource":"loaves","fieldSelector":{"requirements":[)"
      R"({"key":"spec.oven","operator":"In","values":["x"]},)"
      R"({"key":"spec.y","operator":"NotIn","values":["z"]}]},"labelSelector":{"requirements":[)"
      R"({"key":"app","operator":"Exists"},{"key":"old","operator":"DoesNotExist"},)"
      R"({"key":"tier","operator":"In","values":["a","b"]},)"
      R"({"key":"x","operator":"NotIn","values":["y"]}]}},"user":"alice",)"
      R"("groups":["dev","system:authenticated"],"extra":{"k":["v"]},"uid":"7"})");

  info.field_selector = "nonsense";
  info.label_selector = "((";
  CHECK(access_review_spec({kAlice, info}).find("Selector") == std::string::npos);

  const request::UserInfo aggregator{"system:aggregator", "", {}, {}};
  CHECK(access_review_spec({aggregator, reading("/openapi/v2")}) ==
        R"({"nonResourceAttributes":{"path":"/openapi/v2","verb":"get"},)"
        R"("user":"system:aggregator"})");
}

TEST_CASE("a decision is remembered by all that was asked") {
  std::set<std::string> keys;
  std::size_t asked = 0;
  const auto ask = [&](const request::UserInfo& user, const request::RequestInfo& info) {
    ++asked;
    keys.insert(decision_key({user, info}));
  };
  const request::RequestInfo list = listing();
  ask(kAlice, list);
  using Info = request::RequestInfo;
  for (const auto part :
       {&Info::verb, &Info::name_space, &Info::group, &Info::version, &Info::resource,
        &Info::subresource, &Info::name, &Info::field_selector, &Info::label_selector}) {
    request::RequestInfo other = list;
    other.*part += "x";
    ask(kAlice, other);
  }
  ask(kAlice, reading("/a"));
  ask(kAlice, reading("/ab"));
  for (const request::UserInfo& user :
       std::vector<request::UserInfo>{{},
                                      {"a", "", {}, {}},
                                      {"", "a", {}, {}},
                                      {"", "", {"a"}, {}},
                                      {"", "", {"a", "b"}, {}},
                                      {"", "", {"ab"}, {}},
                                      {"", "", {}, {{"a", {}}}},
                                      {"", "", {}, {{"a", {"b"}}}},
                                      {"", "", {}, {{"a", {"b", "c"}}}},
                                      {"", "", {}, {{"a", {"b"}}, {"c", {}}}}}) {
    ask(user, list);
  }
  CHECK(keys.size() == asked);
  ask(kAlice, list);
  CHECK(keys.size() == asked - 1);
}

TEST_CASE("answers of a review become decisions") {
  Surroundings around;
  const AuthorizerPtr reviews = make_access_reviews(around.reviewer(), {});
  const auto decide = [&](const std::string& status) {
    around.clock.advance(std::chrono::minutes(1));
    around.kube->answer(201, R"({"status":)" + status + "}");
    return reviews->authorize({kAlice, listing()});
  };
  CHECK(decide(R"({"allowed":true,"reason":"RBAC"})").verdict == Verdict::kAllow);
  const Decision none = decide(R"({"allowed":false,"reason":"no such role"})");
  CHECK(none.verdict == Verdict::kNoOpinion);
  CHECK(none.reason == "kubernetes.io/webhook: no such role");
  CHECK(none.error.empty());
  const Decision denied = decide(R"({"denied":true,"reason":"not on Sundays"})");
  CHECK(denied.verdict == Verdict::kDeny);
  CHECK(denied.reason == "not on Sundays");
  const Decision both = decide(R"({"denied":true,"allowed":true})");
  CHECK(both.verdict == Verdict::kDeny);
  CHECK(both.error == "webhook subject access review returned both allow and deny response");
  CHECK(decide(R"({"evaluationError":"x"})").error.empty());
  const kube::Call call = around.kube->calls().front();
  CHECK(call.path == "/apis/authorization.k8s.io/v1/subjectaccessreviews");
  CHECK(json::parse(call.body)->at_string({"kind"}) == "SubjectAccessReview");
}

TEST_CASE("decisions are remembered by everything that was asked, errors never") {
  Surroundings around;
  const AuthorizerPtr reviews = make_access_reviews(around.reviewer(), {});
  const request::RequestInfo info = listing();
  const Decision unknown = reviews->authorize({kAlice, info});
  CHECK(unknown.verdict == Verdict::kNoOpinion);
  CHECK(unknown.error == "connection refused");
  CHECK_FALSE(reviews->from_memory({kAlice, info}).has_value());

  around.kube->answer(201, R"({"status":{"allowed":true}})");
  reviews->authorize({kAlice, info});
  around.kube->answer(201, R"({"status":{"allowed":false}})");
  CHECK(reviews->from_memory({kAlice, info})->verdict == Verdict::kAllow);
  request::UserInfo other = kAlice;
  other.extra = {{"k", {"w"}}};
  CHECK_FALSE(reviews->from_memory({other, info}).has_value());
  request::RequestInfo selected = info;
  selected.label_selector = "a=b";
  CHECK_FALSE(reviews->from_memory({kAlice, selected}).has_value());
  around.clock.advance(std::chrono::seconds(10));
  CHECK_FALSE(reviews->from_memory({kAlice, info}).has_value());
  CHECK(reviews->authorize({kAlice, info}).verdict == Verdict::kNoOpinion);
}

TEST_CASE("the two times to live are told apart") {
  Surroundings around;
  AccessReviewOptions options;
  options.allowed_ttl = std::chrono::seconds(60);
  options.denied_ttl = {};
  const AuthorizerPtr reviews = make_access_reviews(around.reviewer(), options);
  around.kube->answer(201, R"({"status":{"allowed":false}})");
  reviews->authorize({kAlice, listing()});
  CHECK_FALSE(reviews->from_memory({kAlice, listing()}).has_value());
  around.kube->answer(201, R"({"status":{"allowed":true}})");
  reviews->authorize({kAlice, listing()});
  around.clock.advance(std::chrono::seconds(59));
  CHECK(reviews->from_memory({kAlice, listing()}).has_value());
}

TEST_CASE("long questions are asked again, and the least recently used is forgotten") {
  Surroundings around;
  AccessReviewOptions options;
  options.capacity = 2;
  const AuthorizerPtr reviews = make_access_reviews(around.reviewer(), options);
  around.kube->answer(201, R"({"status":{"allowed":true}})");
  const request::RequestInfo edge = reading("/" + std::string(9995, 'x'));
  reviews->authorize({kAlice, edge});
  CHECK(reviews->from_memory({kAlice, edge}).has_value());
  const request::RequestInfo beyond = reading("/" + std::string(9996, 'x'));
  reviews->authorize({kAlice, beyond});
  CHECK_FALSE(reviews->from_memory({kAlice, beyond}).has_value());

  reviews->authorize({kAlice, reading("/a")});
  CHECK(reviews->from_memory({kAlice, edge}).has_value());
  reviews->authorize({kAlice, reading("/b")});
  CHECK(reviews->from_memory({kAlice, edge}).has_value());
  CHECK_FALSE(reviews->from_memory({kAlice, reading("/a")}).has_value());
}

TEST_CASE("always allowed groups and paths need no review") {
  Surroundings around;
  const AuthorizerPtr reviews = make_access_reviews(around.reviewer(), {});
  const AuthorizerPtr all = make_union({make_privileged_groups({"system:masters"}),
                                        *make_allowed_paths({"/healthz", "/metrics/*"}), reviews});
  const request::UserInfo master{"m", "", {"system:masters"}, {}};
  CHECK(all->from_memory({master, listing()})->verdict == Verdict::kAllow);
  CHECK(all->from_memory({kAlice, reading("/healthz")})->verdict == Verdict::kAllow);
  CHECK(all->from_memory({kAlice, reading("/metrics/slis")})->verdict == Verdict::kAllow);
  CHECK_FALSE(all->from_memory({kAlice, reading("/healthz/etcd")}).has_value());
  CHECK(around.kube->calls().empty());
  const auto bad = make_allowed_paths({"/a*b"});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == R"(only trailing * allowed in "/a*b")");
}

}  // namespace
}  // namespace annex::auth
