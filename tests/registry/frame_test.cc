#include <catch2/catch.hpp>

#include "annex/registry/item.h"

using namespace annex;
using registry::Frame;

namespace {

std::string joined(const Frame& frame, std::uint64_t revision, bool with_head) {
  util::Chunks out;
  frame.append_object(revision, with_head, out);
  return out.join();
}

}  // namespace

TEST_CASE("an object's text is joined with its revision") {
  const Frame frame = registry::split_frame(util::Bytes(
      R"({"kind":"A","apiVersion":"g/v1","metadata":{"name":"x","uid":"u","labels":{"a":"}"}},"spec":{"b":[1,{}]}})"));
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
  CHECK(
      joined(registry::split_frame(util::Bytes(R"({"kind":"A","apiVersion":"v1","metadata":{}})")),
             7, true) == R"({"kind":"A","apiVersion":"v1","metadata":{"resourceVersion":"7"}})");
  CHECK(joined(registry::split_frame(util::Bytes(
                   R"({"kind":"A","apiVersion":"v1","metadata":{"labels":{"q":"\""}}})")),
               7, true) ==
        R"({"kind":"A","apiVersion":"v1","metadata":{"resourceVersion":"7","labels":{"q":"\""}}})");
}

TEST_CASE("what is no object of ours has no parts") {
  for (const char* text : {"", "{}", "[]", R"({"kind":"A"})", R"({"kind":"A","apiVersion":"v1"})",
                           R"({"kind":"A","apiVersion":"v1","metadata":{"name":"x")",
                           R"({"apiVersion":"v1","kind":"A","metadata":{}})"}) {
    CHECK(registry::split_frame(util::Bytes(text)).head.empty());
  }
}
