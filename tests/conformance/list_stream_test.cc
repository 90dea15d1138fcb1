// Large lists are made while they are sent: what waits is small, whatever the list's size, and says
// the same.
#include <zlib.h>

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;

namespace {

constexpr std::size_t kRoom = 16384;
constexpr int kObjects = 1500;
constexpr std::size_t kObjectBytes = 1024;

void fill(RestServer& server) {
  for (int i = 0; i < kObjects; ++i) {
    server.make("x" + std::to_string(10000 + i),
                R"("annotations":{"padding":")" + std::string(kObjectBytes, 'p') + "\"}");
  }
}

/// What came of a body, pulled as a connection with little room does.
struct Pulled {
  std::string text{};
  std::size_t pulls = 0;
  std::size_t largest = 0;
};

/// Pulls at most `pulls` times; true at the end of the body.
bool pull(http::Response& response, RestServer& server, Pulled& pulled, std::size_t pulls) {
  auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response.body);
  REQUIRE(source != nullptr);
  for (std::size_t i = 0; i < pulls; ++i) {
    util::Chunks out;
    const http::Pull state = (*source)->pull(kRoom, server.clock.now(), out);
    ++pulled.pulls;
    pulled.largest = std::max(pulled.largest, out.size());
    pulled.text += out.join();
    CHECK_FALSE(out.empty());
    if (state == http::Pull::kEnd) return true;
    REQUIRE(state == http::Pull::kWrote);
  }
  return false;
}

Pulled pull_all(http::Response response, RestServer& server) {
  Pulled pulled;
  std::get<std::unique_ptr<http::BodySource>>(response.body)->start({});
  REQUIRE(pull(response, server, pulled, 1000000));
  return pulled;
}

/// The items of a collection, read in pages that are answered whole.
std::string paged_items(RestServer& server, const HeaderMap& headers = {}) {
  std::string items;
  std::string token;
  do {
    const Answer page = server.get(kFlunders + "?limit=100&continue=" + token, headers);
    REQUIRE(page.status == 200);
    const std::size_t begin = page.text.find("\"items\":[") + 9;
    if (!items.empty()) items += ',';
    items += page.text.substr(begin, page.text.rfind("]}") - begin);
    token = page.at({"metadata", "continue"});
  } while (!token.empty());
  return items;
}

std::string unpack(const std::string& packed) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(16U << 20U, '\0');
  std::string in = packed;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("a large list is made while it is sent, and says what its pages say") {
  RestServer server;
  fill(server);
  const std::string revision = server.get(kFlunders + "?limit=1").rv();
  http::Response response = server.raw("GET", kFlunders);
  CHECK(response.status == 200);
  CHECK(response.headers.first("Content-Type") == "application/json");
  const Pulled plain = pull_all(std::move(response), server);
  CHECK(plain.text.size() > kObjects * kObjectBytes);
  CHECK(plain.text == R"({"kind":"FlunderList","apiVersion":"wardle.example.com/v1beta1",)"
                      R"("metadata":{"resourceVersion":")" +
                          revision + "\"},\"items\":[" + paged_items(server) + "]}\n");
  CHECK(plain.largest < kRoom + 2 * kObjectBytes);
  CHECK(plain.pulls >= plain.text.size() / (kRoom + 2 * kObjectBytes));

  response = server.raw("GET", kFlunders, {}, {{"Accept-Encoding", "gzip"}});
  CHECK(response.headers.first("Content-Encoding") == "gzip");
  CHECK(response.headers.first("Vary") == "Accept-Encoding");
  const Pulled packed = pull_all(std::move(response), server);
  CHECK(packed.text.size() < plain.text.size() / 4);
  CHECK(packed.largest < kRoom);
  CHECK(packed.pulls == plain.pulls);
  CHECK(unpack(packed.text) == plain.text);

  const HeaderMap metadata{
      {"Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}};
  const Pulled partial = pull_all(server.raw("GET", kFlunders, {}, metadata), server);
  CHECK_THAT(partial.text, Catch::StartsWith(R"({"kind":"PartialObjectMetadataList",)"
                                             R"("apiVersion":"meta.k8s.io/v1","metadata":{)"));
  CHECK(partial.text.find("\"items\":[" + paged_items(server, metadata) + "]}\n") !=
        std::string::npos);
  CHECK(partial.largest < kRoom + 2 * kObjectBytes);
}

TEST_CASE("a large list that is half read holds nobody back and stays as it was") {
  RestServer server;
  fill(server);
  const std::string before = pull_all(server.raw("GET", kFlunders), server).text;
  http::Response slow = server.raw("GET", kFlunders);
  Pulled read;
  REQUIRE_FALSE(pull(slow, server, read, 3));
  server.make("new");
  CHECK(server.call("DELETE", kFlunders + "/x11400").status == 200);
  const std::string after = pull_all(server.raw("GET", kFlunders), server).text;
  CHECK(after != before);
  CHECK(after.find("\"name\":\"new\"") != std::string::npos);
  REQUIRE(pull(slow, server, read, 1000000));
  CHECK(read.text == before);
}

TEST_CASE("what hooks have a say in is answered whole, whatever its size") {
  RestServer server;
  fill(server);
  const std::string older = "/apis/wardle.example.com/v1alpha1/namespaces/default/flunders";
  const Answer converted = server.get(older);
  CHECK(converted.status == 200);
  CHECK(converted.item_names().size() == kObjects);
  CHECK(server.get(kFlunders, {{"Accept", kTable}}).body.find("rows")->as_array().size() ==
        kObjects);
  CHECK(server.get(kFlunders + "?pretty=true").item_names().size() == kObjects);
}
