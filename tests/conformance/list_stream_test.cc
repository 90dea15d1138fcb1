// Large lists are made while they are sent: what waits is small, whatever the list's size, and says
// the same.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <deque>
#include <stdexcept>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "meta/protobuf.h"
#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;

namespace {

constexpr std::size_t kRoom = 16384;
constexpr int kObjects = 1500;
constexpr std::size_t kObjectBytes = 1024;
const std::string kAsMetadata = ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const HeaderMap kMetadata{{"Accept", "application/json" + kAsMetadata}};
const HeaderMap kProtobufMetadata{{"Accept", "application/vnd.kubernetes.protobuf" + kAsMetadata}};

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

/// The elements of a list, read in pages that are answered whole.
std::string joined_pages(RestServer& server, const std::string& target, const std::string& name,
                         const HeaderMap& headers) {
  const std::string before = "\"" + name + "\":[";
  std::string elements;
  std::string token;
  do {
    const Answer page = server.get(target + "&limit=500&continue=" + token, headers);
    REQUIRE(page.status == 200);
    const std::size_t begin = page.text.find(before) + before.size();
    if (!elements.empty()) elements += ',';
    elements += page.text.substr(begin, page.text.rfind("]}") - begin);
    token = page.at({"metadata", "continue"});
  } while (!token.empty());
  return elements;
}

std::string paged_items(RestServer& server, const HeaderMap& headers = {}) {
  return joined_pages(server, kFlunders + "?", "items", headers);
}

const std::string kOldFlunders = "/apis/wardle.example.com/v1alpha1/namespaces/default/flunders";

/// Flunders whose conversion to the older version fails where `good` says so.
registry::Resource convert_old(std::function<bool(const json::Value&)> good) {
  registry::Resource resource = make_flunders();
  registry::Version& old = resource.versions.back();
  old.from_hub = [good = std::move(good),
                  convert = old.from_hub](json::Value object) -> Result<json::Value> {
    if (!good(object)) return Error::internal("bad");
    return convert(std::move(object));
  };
  return resource;
}

/// Workers that work when told to, and a stream that counts how often it is woken.
struct Workers {
  class Target final : public http::WakeTarget {
   public:
    explicit Target(std::size_t& wakes) : wakes_(wakes) {}
    void wake(std::span<const http::WakeId>) override { ++wakes_; }

   private:
    std::size_t& wakes_;
  };

  handlers::HandlersOptions options() {
    handlers::HandlersOptions options;
    options.post = [this](std::function<void()> task) {
      if (!refuse) tasks.push_back(std::move(task));
      return !refuse;
    };
    return options;
  }
  http::Waker waker() { return {std::make_shared<Target>(wakes), {1, 1}}; }
  void run() {
    const auto task = std::move(tasks.front());
    tasks.pop_front();
    try {
      task();
    } catch (const std::exception&) {  // as the server's workers
    }
  }

  std::deque<std::function<void()>> tasks{};
  bool refuse = false;
  std::size_t wakes = 0;
};

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

  const Pulled partial = pull_all(server.raw("GET", kFlunders, {}, kMetadata), server);
  CHECK_THAT(partial.text, Catch::StartsWith(R"({"kind":"PartialObjectMetadataList",)"
                                             R"("apiVersion":"meta.k8s.io/v1","metadata":{)"));
  CHECK(partial.text.find("\"items\":[" + paged_items(server, kMetadata) + "]}\n") !=
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

TEST_CASE("a large list says in every form what it says whole") {
  RestServer server;
  fill(server);
  struct Form {
    std::string target;
    std::string shape;  // behind the media type
    std::string elements;
    bool all_styles;
  };
  const std::string table = ";as=Table;g=meta.k8s.io;v=v1";
  const Form forms[] = {{kOldFlunders + "?", "", "items", true},
                        {kOldFlunders + "?", kAsMetadata, "items", false},
                        {kFlunders + "?", table, "rows", true},
                        {kOldFlunders + "?includeObject=Object", table, "rows", false}};
  for (const Form& form : forms) {
    INFO(form.target << ' ' << form.shape);
    const auto list = [&](const std::string& media, const std::string& query) {
      http::Response response =
          server.raw("GET", form.target + query, {}, {{"Accept", media + form.shape}});
      CHECK(response.headers.first("Content-Type") == media);
      return pull_all(std::move(response), server).text;
    };
    const std::string compact = list("application/json", "");
    CHECK(compact.substr(compact.find("\"" + form.elements + "\":[")) ==
          "\"" + form.elements + "\":[" +
              joined_pages(server, form.target, form.elements,
                           {{"Accept", "application/json" + form.shape}}) +
              "]}\n");
    if (!form.all_styles) continue;
    const auto value = json::parse(compact);
    REQUIRE(value);
    CHECK(list("application/json", "&pretty=true") == json::write_pretty(*value));
    CHECK(list("application/yaml", "") == json::write_yaml(*value));
  }
}

TEST_CASE("a large list in protobuf is measured first, and sent in pieces, too") {
  RestServer server;
  fill(server);
  for (const std::string& target : {kFlunders, kOldFlunders}) {
    const std::string text = pull_all(server.raw("GET", target, {}, kMetadata), server).text;
    const auto whole = meta::to_protobuf(*json::parse(text));
    REQUIRE(whole);
    http::Response response = server.raw("GET", target, {}, kProtobufMetadata);
    CHECK(response.headers.first("Content-Type") == meta::kProtobufType);
    const Pulled pulled = pull_all(std::move(response), server);
    CHECK(pulled.text == *whole);
    CHECK(pulled.largest < kRoom + 2 * kObjectBytes);
  }
}

TEST_CASE("while workers measure a list nothing is sent, and nobody waits for one of them") {
  Workers workers;
  RestServer server(workers.options());
  fill(server);
  const std::string whole =
      pull_all(server.raw("GET", kFlunders, {}, kProtobufMetadata), server).text;
  http::Response response = server.raw("GET", kFlunders, {}, kProtobufMetadata);
  http::BodySource& source = *std::get<1>(response.body);
  source.start(workers.waker());
  std::string text;
  std::size_t measured = 0;
  for (http::Pull state = http::Pull::kWait; state != http::Pull::kEnd;) {
    util::Chunks out;
    state = source.pull(kRoom, server.clock.now(), out);
    REQUIRE(state != http::Pull::kAbort);
    if (state == http::Pull::kWait) {
      CHECK(out.empty());
      CHECK_FALSE(source.wake_at());
      if (text.empty()) ++measured;
      REQUIRE(workers.tasks.size() == 1);
      workers.run();
      CHECK(workers.wakes > 0);
    }
    if (state == http::Pull::kWrote) CHECK_FALSE(out.empty());
    text += out.join();
  }
  CHECK(measured > 2);
  CHECK(text == whole);
}

TEST_CASE("the pieces of a large list are made by workers, one ahead of its reader") {
  Workers workers;
  RestServer server(workers.options());
  fill(server);
  const std::string whole = pull_all(server.raw("GET", kOldFlunders), server).text;
  http::Response response = server.raw("GET", kOldFlunders);
  http::BodySource& source = *std::get<1>(response.body);
  source.start(workers.waker());
  CHECK(workers.tasks.empty());
  util::Chunks out;
  std::string text;
  std::size_t largest = 0;
  http::Pull state = http::Pull::kWait;
  for (std::size_t pieces = 0; state != http::Pull::kEnd; ++pieces) {
    // As long as no worker comes, nobody waits for one, and no more is asked for.
    CHECK(source.pull(kRoom, server.clock.now(), out) == http::Pull::kWait);
    CHECK_FALSE(source.wake_at());
    REQUIRE(workers.tasks.size() == 1);
    CHECK(workers.wakes == pieces);
    workers.run();
    CHECK(workers.wakes == pieces + 1);
    state = source.pull(kRoom, server.clock.now(), out);
    largest = std::max(largest, out.size());
    text += std::exchange(out, {}).join();
  }
  CHECK(text == whole);
  CHECK(largest < 5 * kRoom);
  CHECK(workers.tasks.empty());
}

TEST_CASE("a large list waits until a worker can be had, and for none once nobody reads it") {
  Workers workers;
  int converted = 0;
  RestServer server(workers.options());
  server.serve({convert_old([&](const json::Value&) { return ++converted != 0; })},
               workers.options());
  fill(server);
  http::Response response = server.raw("GET", kOldFlunders);
  auto& source = std::get<1>(response.body);
  source->start(workers.waker());
  util::Chunks out;
  workers.refuse = true;
  CHECK(source->pull(kRoom, server.clock.now(), out) == http::Pull::kWait);
  CHECK(source->wake_at() > server.clock.now());
  workers.refuse = false;
  // What was made before the answer began goes out first.
  const int begun = converted;
  do {
    CHECK(source->pull(kRoom, server.clock.now(), out) == http::Pull::kWait);
    CHECK_FALSE(source->wake_at());
    workers.run();
    CHECK(source->pull(kRoom, server.clock.now(), out) == http::Pull::kWrote);
  } while (converted == begun);
  const int before = converted;
  REQUIRE(workers.tasks.size() == 1);
  source.reset();
  workers.run();
  CHECK(converted == before);
}

TEST_CASE("a conversion that fails is told before the answer began, and cuts it off afterwards") {
  Workers workers;
  RestServer server;
  fill(server);
  std::string bad;
  const bool throws = GENERATE(false, true);
  server.serve({convert_old([&](const json::Value& object) {
                 const bool good = object.at_string({"metadata", "name"}) != bad;
                 if (!good && throws) throw std::runtime_error("bad");
                 return good;
               })},
               workers.options());
  if (!throws) {
    bad = "x10003";
    CHECK(server.get(kOldFlunders).status == 500);
  }
  bad = "x11450";
  http::Response response = server.raw("GET", kOldFlunders);
  CHECK(response.status == 200);
  http::BodySource& source = *std::get<1>(response.body);
  source.start(workers.waker());
  util::Chunks out;
  http::Pull state = source.pull(kRoom, server.clock.now(), out);
  while (state != http::Pull::kAbort) {
    REQUIRE(state != http::Pull::kEnd);
    if (!workers.tasks.empty()) workers.run();
    state = source.pull(kRoom, server.clock.now(), out);
  }
  CHECK(out.join().find("x11450") == std::string::npos);
}
