#include "handlers/measured_list.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"

using namespace annex;
using namespace annex::handlers;

namespace {

json::Value parsed(const std::string& text) { return *json::parse(text); }

util::Chunks element(std::size_t size) {
  return util::Chunks(R"({"metadata":{"name":")" + std::string(size, 'x') + "\"}}");
}

/// A list that has measured elements, the first of which is too large to be kept.
MeasuredList measured() {
  auto list = MeasuredList::of(
      parsed(R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{},)"
             R"("items":[]})"));
  REQUIRE(list);
  CHECK_FALSE(*list->measure(element(2U << 20U)));
  CHECK_FALSE(*list->measure(element(10)));  // out of order otherwise
  return std::move(*list);
}

}  // namespace

TEST_CASE("a list is measured where its kind has protobuf") {
  CHECK_FALSE(MeasuredList::of(parsed("{}")));
  CHECK_FALSE(MeasuredList::of(parsed(R"({"kind":"Status","apiVersion":"v1"})")));
  CHECK_FALSE(MeasuredList::of(
      parsed(R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1"})")));
}

TEST_CASE("an element that cannot be read is an error") {
  MeasuredList list = measured();
  CHECK_FALSE(list.measure(util::Chunks(std::string("{"))));
  util::Chunks out;
  list.begin(out);
  CHECK_FALSE(list.append(util::Chunks(std::string("{")), out));
}

TEST_CASE("elements that are not what was measured end a list with an error") {
  MeasuredList list = measured();
  util::Chunks out;
  list.begin(out);
  CHECK(out.parts().size() == 1);  // nothing was kept
  REQUIRE(list.append(element(2U << 20U), out));
  SECTION("the same") {
    REQUIRE(list.append(element(10), out));
    CHECK(list.append_end(out));
  }
  SECTION("a longer one") { CHECK_FALSE(list.append(element(11), out)); }
  SECTION("a shorter one") {
    REQUIRE(list.append(element(9), out));
    CHECK_FALSE(list.append_end(out));
  }
  SECTION("one less") { CHECK_FALSE(list.append_end(out)); }
}
