// A user's own authenticator and authorizer; docs/authentication.md shows the parts between marks.
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "annex/testing/fixture.h"
#include "tests/conformance/rest_server.h"

using namespace annex::conformance;
namespace testing = annex::testing;

namespace {

// [authenticator]
/// Knows callers by a key in a header of their own.
class ApiKeys final : public annex::auth::Authenticator {
 public:
  explicit ApiKeys(std::map<std::string, annex::request::UserInfo, std::less<>> users)
      : users_(std::move(users)) {}

  annex::Result<std::optional<annex::request::UserInfo>> authenticate(
      const annex::http::Request& request) override {
    const auto key = request.headers.first("X-Api-Key");
    if (!key) return std::optional<annex::request::UserInfo>();  // somebody else may know
    const auto user = users_.find(*key);
    if (user == users_.end()) return annex::Error{annex::Reason::kUnauthorized, "unknown key"};
    return std::optional(user->second);
  }
  bool may_block() const override { return false; }
  void remove_credentials(annex::http::Headers& headers) const override {
    headers.remove("X-Api-Key");
  }

 private:
  const std::map<std::string, annex::request::UserInfo, std::less<>> users_;
};
// [authenticator]

// [authorizer]
/// Auditors read everything and write nothing.
class Auditors final : public annex::auth::Authorizer {
 public:
  annex::auth::Decision authorize(const annex::auth::Attributes& attributes) override {
    using annex::auth::Verdict;
    if (!annex::auth::in_group(attributes.user, "auditors")) return {};  // no opinion
    const std::string& verb = attributes.info.verb;
    if (verb == "get" || verb == "list" || verb == "watch") return {Verdict::kAllow};
    return {Verdict::kDeny, "auditors only read"};
  }
  bool may_block() const override { return false; }
};
// [authorizer]

struct Wardle {
  Wardle() {
    server.group("wardle.example.com").resource(make_flunders());
    // [use]
    annex::request::UserInfo ada;
    ada.name = "ada";
    ada.groups = {"auditors"};
    server.authenticate(std::make_shared<ApiKeys>(
        std::map<std::string, annex::request::UserInfo, std::less<>>{{"k1", ada}}));
    server.authorize(std::make_shared<Auditors>());
    // [use]
  }

  annex::Server server{"wardle"};
};

const testing::Fixture::Headers kAda = {{"X-Api-Key", "k1"}};

}  // namespace

TEST_CASE("a user's own authenticator says who calls") {
  Wardle wardle;
  testing::Fixture fixture(wardle.server);
  fixture.act_as(std::nullopt);
  CHECK(fixture.get(kFlunders, kAda).status() == 200);
  const testing::Reply unknown = fixture.get(kFlunders, {{"X-Api-Key", "k2"}});
  CHECK(unknown.status() == 401);
  CHECK(unknown.json().at_string({"message"}) == "Unauthorized");
  CHECK(fixture.get(kFlunders).status() == 403);
}

TEST_CASE("a user's own authorizer allows, refuses with its reason, or leaves it to others") {
  Wardle wardle;
  testing::Fixture fixture(wardle.server);
  fixture.act_as(std::nullopt);
  const testing::Reply refused = fixture.send("DELETE", kFlunders, {}, kAda);
  CHECK(refused.status() == 403);
  CHECK(refused.json().at_string({"message"}) ==
        "flunders.wardle.example.com is forbidden: User \"ada\" cannot deletecollection resource "
        "\"flunders\" in API group \"wardle.example.com\" in the namespace \"default\": auditors "
        "only read");
  fixture.act_as(annex::request::UserInfo{"eve", "", {}, {}});
  CHECK(fixture.get(kFlunders).status() == 403);
}

namespace {

/// Everybody patches what is there.
class Patchers final : public annex::auth::Authorizer {
 public:
  annex::auth::Decision authorize(const annex::auth::Attributes& attributes) override {
    if (attributes.info.verb == "patch") return {annex::auth::Verdict::kAllow};
    return {annex::auth::Verdict::kNoOpinion, "patchers only patch"};
  }
  bool may_block() const override { return false; }
};

}  // namespace

TEST_CASE("who may patch and not create does not create by an apply") {
  annex::Server server("wardle");
  server.group("wardle.example.com").resource(make_flunders());
  server.authorize(std::make_shared<Patchers>());
  testing::Fixture fixture(server);
  const auto apply = [&] {
    return fixture.send("PATCH", kFlunders + "/x?fieldManager=a",
                        "apiVersion: wardle.example.com/v1beta1\nkind: Flunder\n"
                        "metadata: {name: x, labels: {a: b}}",
                        {{"Content-Type", "application/apply-patch+yaml"}});
  };
  fixture.act_as(annex::request::UserInfo{"pat", "", {}, {}});
  const testing::Reply refused = apply();
  CHECK(refused.status() == 403);
  CHECK(refused.json().at_string({"message"}) ==
        "flunders.wardle.example.com \"x\" is forbidden: User \"pat\" cannot create resource "
        "\"flunders\" in API group \"wardle.example.com\" in the namespace \"default\": patchers "
        "only patch");
  fixture.act_as(annex::request::UserInfo{"root", "", {"system:masters"}, {}});
  CHECK(apply().status() == 201);
  fixture.act_as(annex::request::UserInfo{"pat", "", {}, {}});
  CHECK(apply().status() == 200);
}
