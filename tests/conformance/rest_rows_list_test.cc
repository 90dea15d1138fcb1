#include <zlib.h>
#include <catch2/catch.hpp>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;
using Names = std::vector<std::string>;

namespace {

std::string token_of(const Answer& answer) { return answer.at({"metadata", "continue"}); }

std::string gunzip(const std::string& packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  std::string out(4U << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("row 41: an empty namespace") {
  RestServer server;
  const Answer answer = server.get(kFlunders);
  CHECK(answer.status == 200);
  CHECK(answer.at({"kind"}) == "FlunderList");
  CHECK(answer.at({"apiVersion"}) == "wardle.example.com/v1beta1");
  CHECK(answer.item_names().empty());
  CHECK_THAT(answer.text, Contains("\"items\":[]"));
  CHECK(!answer.rv().empty());
}

TEST_CASE("row 42: a limit") {
  RestServer server;
  for (const char* name : {"c", "a", "e", "b", "d"}) server.make(name);
  const Answer answer = server.get(kFlunders + "?limit=2");
  CHECK(answer.item_names() == Names{"a", "b"});
  CHECK(!token_of(answer).empty());
  CHECK(answer.body.find("metadata")->find("remainingItemCount")->as_int64() == 3);
  CHECK_THAT(answer.text, Contains("\"items\":[{\"metadata\":"));
}

TEST_CASE("pages across namespaces of one that the selector requires") {
  RestServer server;
  for (const char* name : {"a", "b"}) server.make(name);
  server.make("z", "", kBase + "/namespaces/earlier/flunders");
  const std::string all = kBase + "/flunders?limit=1&fieldSelector=metadata.namespace=default";
  const Answer first = server.get(all);
  CHECK(first.item_names() == Names{"a"});
  const Answer second = server.get(all + "&continue=" + token_of(first));
  CHECK(second.item_names() == Names{"b"});
  CHECK(token_of(second).empty());
}

TEST_CASE("row 43: following a token while objects go") {
  RestServer server;
  for (const char* name : {"a", "b", "c", "d", "e"}) server.make(name);
  const Answer first = server.get(kFlunders + "?limit=2");
  server.remove(kFlunders + "/c");
  const Answer second = server.get(kFlunders + "?limit=2&continue=" + token_of(first));
  CHECK(second.item_names() == Names{"c", "d"});
  CHECK(second.rv() == first.rv());
  const Answer third = server.get(kFlunders + "?limit=2&continue=" + token_of(second));
  CHECK(third.item_names() == Names{"e"});
  CHECK(third.rv() == first.rv());
  CHECK(token_of(third).empty());
}

TEST_CASE("row 44: an unreadable token") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?continue=abc!");
  CHECK(answer.status == 400);
  CHECK_THAT(answer.message(), Contains("invalid continue token: continue key is not valid"));
}

TEST_CASE("row 45: a token and a resourceVersion") {
  RestServer server;
  for (const char* name : {"a", "b", "c"}) server.make(name);
  const Answer first = server.get(kFlunders + "?limit=2");
  const Answer answer = server.get(kFlunders + "?resourceVersion=7&continue=" + token_of(first));
  CHECK(answer.status == 400);
  CHECK(answer.message() == "specifying resource version is not allowed when using continue");
}

TEST_CASE("row 46: a token that is compacted, and the one to go on with") {
  RestServer server;
  for (const char* name : {"a", "b", "c"}) server.make(name);
  const Answer first = server.get(kFlunders + "?limit=1");
  server.make("d");
  REQUIRE(server.store->compact(*server.store->current_revision()));
  const Answer expired = server.get(kFlunders + "?limit=1&continue=" + token_of(first));
  CHECK(expired.status == 410);
  CHECK(expired.reason() == "Expired");
  CHECK_THAT(expired.message(), Contains("The provided continue parameter is too old"));
  const Answer rest = server.get(kFlunders + "?continue=" + token_of(expired));
  CHECK(rest.status == 200);
  CHECK(rest.item_names() == Names{"b", "c", "d"});
}

TEST_CASE("row 47: a match without a revision") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?resourceVersionMatch=Exact");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(),
             Contains("resourceVersionMatch is forbidden unless resourceVersion is provided"));
}

TEST_CASE("row 48: exactly revision zero") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?resourceVersion=0&resourceVersionMatch=Exact");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(), Contains("\"exact\" is forbidden for resourceVersion \"0\""));
}

TEST_CASE("row 49: a state of the past") {
  RestServer server;
  const Answer made = server.make("a");
  server.make("b");
  const std::string path = kFlunders + "?resourceVersionMatch=Exact&resourceVersion=" + made.rv();
  const Answer answer = server.get(path);
  CHECK(answer.item_names() == Names{"a"});
  CHECK(answer.rv() == made.rv());
  REQUIRE(server.store->compact(*server.store->current_revision()));
  CHECK(server.get(path).status == 410);
}

TEST_CASE("row 50: a revision that is no number") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?resourceVersion=abc");
  CHECK(answer.status == 400);
  CHECK_THAT(answer.message(), Contains("invalid resource version: "));
}

TEST_CASE("row 51: label selectors") {
  RestServer server;
  server.make("x");
  server.make("bare", "");
  CHECK(server.get(kFlunders + "?labelSelector=a%20in%20(1%2C2)%2C!b").item_names() == Names{"x"});
  CHECK(server.get(kFlunders + "?labelSelector=a!%3D1").item_names() == Names{"bare"});
}

TEST_CASE("row 52: an unreadable label selector") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?labelSelector=a%20in%201");
  CHECK(answer.status == 400);
  CHECK(answer.message() == "unable to parse requirement: found '1' expected: '('");
}

TEST_CASE("row 53: selecting by name") {
  RestServer server;
  server.make("x");
  server.make("xy");
  CHECK(server.get(kFlunders + "?fieldSelector=metadata.name%3Dx").item_names() == Names{"x"});
  const Answer none = server.get(kFlunders + "?fieldSelector=metadata.name%3Dnone");
  CHECK(none.status == 200);
  CHECK(none.item_names().empty());
}

TEST_CASE("row 54: a field that cannot be selected by") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?fieldSelector=spec.a%3D1");
  CHECK(answer.status == 400);
  CHECK(answer.message() ==
        "\"spec.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
  server.make("f", "", kFlasks);
  CHECK(server.get(kFlasks + "?fieldSelector=spec.reference%3Dr").item_names() == Names{"f"});
  CHECK(server.get(kFlasks + "?fieldSelector=spec.reference%3Dq").item_names().empty());
}

TEST_CASE("row 55: large answers are compressed") {
  RestServer server;
  auto add = [&](const std::string& name) {
    server.post(kFlunders, R"({"metadata":{"name":")" + name + R"("},"spec":{"reference":")" +
                               std::string(100000, 'r') + "\"}}");
  };
  add("a");
  const Answer small = server.get(kFlunders, {{"Accept-Encoding", "gzip"}});
  CHECK(small.header("Content-Encoding").empty());
  CHECK(small.header("Vary").empty());
  add("b");
  const Answer plain = server.get(kFlunders);
  const Answer packed = server.get(kFlunders, {{"Accept-Encoding", "br, gzip"}});
  CHECK(packed.header("Content-Encoding") == "gzip");
  CHECK(packed.header("Vary") == "Accept-Encoding");
  CHECK(packed.text.size() < plain.text.size() / 10);
  CHECK(gunzip(packed.text) == plain.text);
  CHECK(
      server.get(kFlunders, {{"Accept-Encoding", "gzip;q=1"}}).header("Content-Encoding").empty());
}

TEST_CASE("row 98: initial events of a list") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?sendInitialEvents=true");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(), Contains("sendInitialEvents is forbidden for list"));
}

TEST_CASE("a list of one namespace has nothing of another with the same beginning") {
  RestServer server;
  server.make("x", "", kBase + "/namespaces/ns1/flunders");
  server.make("y", "", kBase + "/namespaces/ns10/flunders");
  CHECK(server.get(kBase + "/namespaces/ns1/flunders").item_names() == Names{"x"});
  CHECK(server.get(kBase + "/flunders").item_names() == Names{"x", "y"});
  const Answer first = server.get(kBase + "/flunders?limit=1");
  CHECK(server.get(kBase + "/flunders?continue=" + token_of(first)).item_names() == Names{"y"});
}

TEST_CASE("reads see the newest state although only other resources were written") {
  RestServer server;
  server.make("x");
  server.make("y", "", kFlasks);
  CHECK(server.get(kFlunders).status == 200);
  CHECK(server.get(kFlunders).rv() == server.get(kFlasks).rv());
}

TEST_CASE("numbers that are none") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?limit=abc");
  CHECK(answer.status == 400);
  CHECK(answer.message() == "strconv.ParseInt: parsing \"abc\": invalid syntax");
}
