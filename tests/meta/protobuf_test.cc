#include "meta/protobuf.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/meta/status.h"
#include "meta/proto_message.h"

namespace json = annex::json;
using namespace annex::meta;

namespace {

/// Text with zero bytes in it.
template <std::size_t size>
std::string bytes(const char (&text)[size]) {
  return {text, size - 1};
}

json::Value parse(const char* text) { return *json::parse(text); }

}  // namespace

TEST_CASE("a Status is encoded as upstream's server sends it") {
  const annex::Error error =
      annex::Error::generic(annex::Reason::kNotAcceptable,
                            "406: Not Acceptable\n\nAvailable representations: application/json");
  // Read off the wire.
  CHECK(to_protobuf(status_json(error)) ==
        bytes("k8s\0\n\x0c\n\x02v1\x12\x06Status\x12q\n\x06\n\0\x12\0\x1a\0\x12\x07"
              "Failure\x1a@406: Not Acceptable\n\nAvailable representations: application/json\"\r"
              "NotAcceptable*\n\n\0\x12\0\x1a\0(\0002\0000\x96\x03\x1a\0\"\0"));
}

TEST_CASE("what has no protobuf form has none") {
  CHECK_FALSE(to_protobuf(parse(R"({"kind":"Status","apiVersion":"a.example.com/v1"})")));
  CHECK_FALSE(to_protobuf(parse(R"({"kind":"Table","apiVersion":"meta.k8s.io/v1"})")));
  CHECK_FALSE(to_protobuf(parse("{}")));
  CHECK_FALSE(to_protobuf_event("ADDED", parse("{}")));
}

TEST_CASE("fields are written in order of their numbers, maps by name, absent ones as Go does") {
  const json::Value partial =
      parse(R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{)"
            R"("labels":{"b":"2","a":"1"},"name":"x","creationTimestamp":"1970-01-01T00:00:09Z",)"
            R"("finalizers":["f","g"],"other":1,"generation":"wrong"}})");
  CHECK(to_protobuf(partial) ==
        bytes("k8s\0\n'\n\x0emeta.k8s.io/v1\x12\x15PartialObjectMetadata\x12\x2b\n\x29"
              "\n\x01x\x12\0\x1a\0\"\0*\0002\0B\x04\x08\x09\x10\0"
              "Z\x06\n\x01"
              "a\x12\x01"
              "1Z\x06\n\x01"
              "b\x12\x01"
              "2r\x01"
              "fr\x01"
              "g\x1a\0\"\0"));
  const auto frame = to_protobuf_event("ADDED", partial);
  REQUIRE(frame.has_value());
  CHECK(frame->substr(0, 11) == bytes("\0\0\0\x69\n\x05") + "ADDED");
  CHECK(frame->size() == 4 + 0x69);
}

TEST_CASE("the options of a deletion are read with what the envelope says of them") {
  const auto read = delete_options_from_protobuf(
      bytes("k8s\0\n\x13\n\x02v1\x12\rDeleteOptions\x12\x18\x08\x1e\x12\x03\n\x01u\x18\0"
            "\"\x06Orphan*\x03"
            "All0\x01\x1a\0\"\0"));
  REQUIRE(read.has_value());
  CHECK(*read == parse(R"({"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":30,)"
                       R"("preconditions":{"uid":"u"},"orphanDependents":false,)"
                       R"("propagationPolicy":"Orphan","dryRun":["All"],)"
                       R"("ignoreStoreReadErrorWithClusterBreakingPotential":true})"));
  CHECK(json::write(*delete_options_from_protobuf(bytes("k8s\0"))) == "{}");
  // What is newer is passed over.
  CHECK(delete_options_from_protobuf(bytes("k8s\0\x12\x03\xa0\x06\x01")).has_value());
}

TEST_CASE("what are no options is refused") {
  for (const std::string& text :
       {bytes(""), bytes("k8s"), bytes("k8s\x01"), bytes("{}"), bytes("k8s\0\n"),
        bytes("k8s\0\x12\x02\x22\x05"), bytes("k8s\0\x12\x02\x20\x01"),
        bytes("k8s\0\x12\x03\x22\x01\xff"), bytes("k8s\0\x12\x02\x12\x01"),
        bytes("k8s\0\n\x02\x08\x01"), bytes("k8s\0\x1a\x04gzip")}) {
    INFO(text);
    const auto read = delete_options_from_protobuf(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().reason == annex::Reason::kBadRequest);
  }
}
