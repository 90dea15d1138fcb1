#include "handlers/continue_token.h"

#include <catch2/catch.hpp>

#include "annex/schema/formats.h"

using namespace annex;
using namespace annex::handlers;
using Catch::Contains;

namespace {

std::string token(const std::string& text) {
  std::string encoded = schema::write_base64(text);
  while (encoded.back() == '=') encoded.pop_back();
  return encoded;
}

std::string why(const std::string& text) {
  const auto read = read_continue(text);
  return read ? "" : read.error().message;
}

}  // namespace

TEST_CASE("a token is read as it was written") {
  Continuation continuation;
  continuation.revision = 12;
  continuation.after = "ns/na.me";
  auto read = read_continue(write_continue(continuation));
  REQUIRE(read);
  CHECK(read->revision == 12);
  CHECK(read->after == "ns/na.me");
  CHECK_FALSE(read->newest);
  continuation.newest = true;
  read = read_continue(write_continue(continuation));
  REQUIRE(read);
  CHECK(read->newest);
}

TEST_CASE("a token of upstream, with a leading slash") {
  const auto read = read_continue(token(R"({"v":"meta.k8s.io/v1","rv":7,"start":"/ns/x\u0000"})"));
  REQUIRE(read);
  CHECK(read->after == "ns/x");
}

TEST_CASE("tokens that are none") {
  const std::string begin = "invalid continue token: continue key is not valid: ";
  CHECK_THAT(why("abc!"), Contains(begin));
  CHECK_THAT(why(token("{")), Contains(begin));
  CHECK(why(token(R"({"v":"v9","rv":7,"start":"a"})")) ==
        begin + "server does not recognize this encoded version v9");
  CHECK(why(token(R"({"v":"meta.k8s.io/v1","rv":0,"start":"a"})")) ==
        begin + "incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  CHECK(why(token(R"({"v":"meta.k8s.io/v1","rv":1})")) ==
        begin + "encoded start key empty (version meta.k8s.io/v1)");
  CHECK_THAT(why(token(R"({"v":"meta.k8s.io/v1","rv":1,"start":"a/../b"})")),
             Contains(begin + "a/../b"));
}
