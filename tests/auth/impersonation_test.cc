#include "annex/auth/impersonation.h"

#include <catch2/catch.hpp>

#include "annex/auth/authorizer.h"

namespace annex::auth {
namespace {

using Strings = std::vector<std::string>;

Impersonation read(const http::Headers& headers) {
  Result<std::optional<Impersonation>> wanted = read_impersonation(headers);
  REQUIRE(wanted);
  REQUIRE(*wanted);
  return **wanted;
}

Strings checks_of(const Impersonation& wanted) {
  Strings all;
  for (const request::RequestInfo& info : wanted.checks) {
    CHECK(info.verb == "impersonate");
    CHECK(info.is_resource);
    all.push_back(info.group + "|" + info.resource + "|" + info.subresource + "|" +
                  info.name_space + "|" + info.name);
  }
  return all;
}

TEST_CASE("a request without impersonation asks for nothing") {
  CHECK_FALSE(read_impersonation({{"Accept", "x"}})->has_value());
  CHECK_FALSE(read_impersonation({{"Impersonate-User", ""}})->has_value());
}

TEST_CASE("every part of another identity is checked") {
  const Impersonation wanted = read({{"impersonate-user", "bob"},
                                     {"Impersonate-Group", "dev"},
                                     {"IMPERSONATE-GROUP", "ops"},
                                     {"Impersonate-Extra-Acme.com%2fScope", "view"},
                                     {"impersonate-extra-acme.com%2fscope", "edit"},
                                     {"Impersonate-Uid", "7"}});
  CHECK(checks_of(wanted) == Strings{"|users|||bob", "|groups|||dev", "|groups|||ops",
                                     "authentication.k8s.io|userextras|acme.com/scope||view",
                                     "authentication.k8s.io|userextras|acme.com/scope||edit",
                                     "authentication.k8s.io|uids|||7"});
  CHECK(wanted.user == request::UserInfo{"bob",
                                         "7",
                                         {"dev", "ops", "system:authenticated"},
                                         {{"acme.com/scope", {"view", "edit"}}}});
}

TEST_CASE("service accounts have groups of their own") {
  const Impersonation account = read({{"Impersonate-User", "system:serviceaccount:ns:robot"}});
  CHECK(checks_of(account) == Strings{"|serviceaccounts||ns|robot"});
  CHECK(account.user.groups ==
        Strings{"system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"});
  const Impersonation given =
      read({{"Impersonate-User", "system:serviceaccount:ns:robot"}, {"Impersonate-Group", "dev"}});
  CHECK(given.user.groups == Strings{"dev", "system:authenticated"});
  CHECK(checks_of(read({{"Impersonate-User", "system:serviceaccount:ns"}})).front() ==
        "|users|||system:serviceaccount:ns");
  CHECK(checks_of(read({{"Impersonate-User", "system:serviceaccount:N:x"}})).front() ==
        "|users|||system:serviceaccount:N:x");
}

TEST_CASE("the groups of everybody are added where they belong") {
  const auto groups = [](const std::string& user, const std::string& group) {
    return read({{"Impersonate-User", user}, {"Impersonate-Group", group}}).user.groups;
  };
  CHECK(groups("bob", "system:authenticated") == Strings{"system:authenticated"});
  CHECK(groups("bob", "system:unauthenticated") == Strings{"system:unauthenticated"});
  CHECK(groups("system:anonymous", "x") == Strings{"x", "system:unauthenticated"});
}

TEST_CASE("parts of an identity without a user are refused") {
  for (const char* header : {"Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-X"}) {
    const auto wanted = read_impersonation({{header, "x"}});
    REQUIRE_FALSE(wanted);
    CHECK(wanted.error().reason == Reason::kBadRequest);
    CHECK(wanted.error().message.find("without impersonating a user") != std::string::npos);
  }
}

TEST_CASE("a refusal speaks of what was impersonated") {
  const Impersonation wanted = read({{"Impersonate-User", "bob"}});
  const request::UserInfo alice{"alice", "", {}, {}};
  CHECK(forbidden({alice, wanted.checks.front()}, "").message ==
        R"(users "bob" is forbidden: User "alice" cannot impersonate resource "users" in API )"
        R"(group "" at the cluster scope)");
}

TEST_CASE("impersonation headers are removed in any spelling") {
  http::Headers headers = {{"impersonate-USER", "a"},
                           {"Impersonate-Group", "b"},
                           {"Impersonate-Uid", "c"},
                           {"IMPERSONATE-EXTRA-x", "d"},
                           {"Accept", "e"}};
  remove_impersonation(headers);
  CHECK(headers.size() == 1);
}

}  // namespace
}  // namespace annex::auth
