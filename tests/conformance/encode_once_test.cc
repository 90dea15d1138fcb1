#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;

namespace {

/// Counts how often it was called, and with how many streams.
class CountingTarget final : public http::WakeTarget {
 public:
  void wake(std::span<const http::WakeId> ids) override {
    ++calls;
    streams += ids.size();
  }
  std::size_t calls = 0;
  std::size_t streams = 0;
};

/// The current version and an older one, which is converted.
const std::string kCollections[] = {
    kFlunders, "/apis/wardle.example.com/v1alpha1/namespaces/default/flunders"};

/// The object's own bytes that stand last in an answer.
util::Bytes rest_of(RestServer& server, const std::string& target) {
  const http::Response response = server.raw("GET", target);
  const auto& parts = std::get<0>(response.body).parts();
  return parts.at(parts.size() - 2);  // a line feed follows
}

/// True if all are the same bytes in memory, not only bytes that are alike. That they are all held
/// here keeps their addresses apart.
bool are_shared(const std::vector<util::Bytes>& all) {
  return std::all_of(all.begin(), all.end(),
                     [&](const util::Bytes& each) { return each.data() == all[0].data(); });
}

}  // namespace

TEST_CASE("one write, a hundred watches, a hundred gets and ten lists are one encoding a version") {
  RestServer server;
  auto target = std::make_shared<CountingTarget>();
  std::vector<WatchStream> watches;
  for (std::uint64_t i = 0; i < 100; ++i) {
    watches.emplace_back(server.raw("GET", kCollections[i % 2] + "?watch=1", {},
                                    i % 4 < 2 ? HeaderMap{} : HeaderMap{{"Accept", kPartial}}));
    watches.back().start(http::Waker(target, {1, i}));
  }
  for (WatchStream& watch : watches) CHECK(watch.read(server.clock.now()).empty());
  REQUIRE(server.encodings("flunders") == 0);

  server.make("x");
  CHECK(server.encodings("flunders") == 1);
  CHECK(target->calls == 1);
  CHECK(target->streams == 100);
  std::map<std::size_t, std::vector<util::Bytes>> texts;  // by version and form
  for (std::size_t i = 0; i < watches.size(); ++i) {
    util::Chunks event;
    REQUIRE(watches[i].source().pull(1U << 16U, server.clock.now(), event) == http::Pull::kWrote);
    REQUIRE(event.parts().size() == 1);
    texts[i % 4].push_back(event.parts()[0]);
  }
  REQUIRE(texts.size() == 4);
  for (const auto& form : texts) CHECK(are_shared(form.second));
  CHECK(server.encodings("flunders") == 2);

  const std::string partial_list =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  for (const std::string& collection : kCollections) {
    std::vector<util::Bytes> shared;
    for (int i = 0; i < 100; ++i) {
      shared.push_back(rest_of(server, collection + "/x"));
      CHECK(server.get(collection + "/x", {{"Accept", kPartial}}).status == 200);
      CHECK(server.get(collection + "/x", {{"Accept", kTable}}).status == 200);
    }
    for (int i = 0; i < 10; ++i) {
      shared.push_back(rest_of(server, collection + "/x"));
      CHECK(server.get(collection).item_names() == std::vector<std::string>{"x"});
      CHECK(server.get(collection, {{"Accept", partial_list}}).status == 200);
      CHECK(server.get(collection, {{"Accept", kTable}}).status == 200);
    }
    CHECK(are_shared(shared));
  }
  CHECK(server.encodings("flunders") == 2);
  watches.clear();
  CHECK(server.backend("flunders").cache()->watchers() == 0);
}

TEST_CASE("each write is encoded once for each version that is asked for") {
  RestServer server;
  server.make("x");
  for (std::uint64_t writes = 1; writes <= 10; ++writes) {
    CHECK(server.encodings("flunders") == 2 * writes - 1);
    for (int i = 0; i < 3; ++i) {
      for (const std::string& collection : kCollections) {
        CHECK(server.get(collection + "/x").status == 200);
      }
    }
    CHECK(server.encodings("flunders") == 2 * writes);
    const std::string patch = R"({"spec":{"reference":")" + std::to_string(writes) + "\"}}";
    REQUIRE(server.patch(kFlunders + "/x", kMergePatch, patch).status == 200);
  }
}

TEST_CASE("what a dry run shows is never kept") {
  RestServer server;
  server.make("x");
  const std::uint64_t before = server.encodings("flunders");
  const std::string dry = kCollections[1] + "/x?dryRun=All";
  for (const char* reference : {"one", "two"}) {
    const Answer answer =
        server.patch(dry, kMergePatch, R"({"reference":")" + std::string(reference) + "\"}");
    CHECK(answer.at({"reference"}) == reference);
  }
  CHECK(server.encodings("flunders") == before + 4);
  CHECK(server.get(kCollections[1] + "/x").at({"reference"}) == "r");
}
