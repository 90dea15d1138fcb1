#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/registry/item.h"

using namespace annex;
using registry::Frame;

namespace {

Frame split(const std::string& text) {
  return registry::FramedText{util::Bytes(text), registry::find_frame(text)}.frame();
}

std::string joined(const Frame& frame, std::uint64_t revision, bool with_head) {
  util::Chunks out;
  frame.append_object(revision, with_head, out);
  return out.join();
}

}  // namespace

TEST_CASE("an object's text is joined with its revision") {
  const Frame frame = split(
      R"({"kind":"A","apiVersion":"g/v1","metadata":{"name":"x","uid":"u","labels":{"a":"}"}},"spec":{"b":[1,{}]}})");
  CHECK(
      joined(frame, 5, true) ==
      R"({"kind":"A","apiVersion":"g/v1","metadata":{"name":"x","uid":"u","resourceVersion":"5","labels":{"a":"}"}},"spec":{"b":[1,{}]}})");
  CHECK(
      joined(frame, 5, false) ==
      R"({"metadata":{"name":"x","uid":"u","resourceVersion":"5","labels":{"a":"}"}},"spec":{"b":[1,{}]}})");
  CHECK(joined(frame, 0, false) ==
        R"({"metadata":{"name":"x","uid":"u","labels":{"a":"}"}},"spec":{"b":[1,{}]}})");
  util::Chunks partial;
  frame.append_partial(5, "meta.k8s.io/v1", partial);
  CHECK(
      partial.join() ==
      R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"x","uid":"u","resourceVersion":"5","labels":{"a":"}"}}})");
}

TEST_CASE("metadata without a name, empty, and with nothing after it") {
  CHECK(joined(split(R"({"kind":"A","apiVersion":"v1","metadata":{}})"), 7, true) ==
        R"({"kind":"A","apiVersion":"v1","metadata":{"resourceVersion":"7"}})");
  CHECK(joined(split(R"({"kind":"A","apiVersion":"v1","metadata":{"labels":{"q":"\""}}})"), 7,
               true) ==
        R"({"kind":"A","apiVersion":"v1","metadata":{"resourceVersion":"7","labels":{"q":"\""}}})");
}

TEST_CASE("what is no object of ours has no parts") {
  for (const char* text : {"", "{}", "[]", R"({"kind":"A"})", R"({"kind":"A","apiVersion":"v1"})",
                           R"({"kind":"A","apiVersion":"v1","metadata":{"name":"x")",
                           R"({"apiVersion":"v1","kind":"A","metadata":{}})"}) {
    CHECK(split(text).head.empty());
  }
}

TEST_CASE("a text is written with the cuts that are found in it") {
  for (const char* metadata : {
           R"({})",
           R"({"name":"x"})",
           R"({"labels":{"a":"}"}})",
           R"({"labels":{"a":"\"{"},"name":"x"})",
           R"({"name":"x","uid":"u","labels":{"a":"b"},"selfLink":"s"})",
           R"({"generateName":"x-","namespace":"n","creationTimestamp":null,"managedFields":[{}]})",
       }) {
    for (const char* rest : {"", R"("spec":{"b":[1,{}]},"status":{})"}) {
      const std::string before = rest[0] == '\0' ? "" : std::string(rest) + ",";
      const auto document = json::parse("{" + before + "\"metadata\":" + metadata + "}");
      REQUIRE(document);
      const auto framed = registry::write_framed("A", "g/v1", *document);
      CHECK(framed.text.view() == R"({"kind":"A","apiVersion":"g/v1","metadata":)" +
                                      std::string(metadata) + (before.empty() ? "" : ",") + rest +
                                      "}");
      CHECK(framed.cuts == registry::find_frame(framed.text.view()));
    }
  }
}
