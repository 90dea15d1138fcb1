#include "annex/schema/normalize.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace schema = annex::schema;
namespace json = annex::json;

namespace {

/// A table built by hand, as for a type that is known only at run time.
struct Hand {
  schema::TypeTable table;

  schema::TypeId scalar(schema::Kind kind, schema::Format format = schema::Format::kNone) {
    schema::Type type;
    type.kind = kind;
    type.format = format;
    return table.add(std::move(type));
  }
  schema::TypeId object(std::vector<std::pair<std::string, schema::TypeId>> members,
                        bool preserve = false) {
    schema::Type type;
    type.kind = schema::Kind::kObject;
    type.preserve_unknown = preserve;
    for (auto& [name, member] : members) {
      schema::Property property;
      property.name = name;
      property.type = member;
      type.properties.push_back(std::move(property));
    }
    return table.add(std::move(type));
  }
};

}  // namespace

TEST_CASE("unknown members are dropped and reported once, in document order") {
  Hand hand;
  const auto inner = hand.object({{"x", hand.scalar(schema::Kind::kString)}});
  schema::Type list;
  list.kind = schema::Kind::kList;
  list.element = inner;
  const auto root = hand.object({{"items", hand.table.add(list)}});
  json::Value value = *json::parse(R"({"b":1,"items":[{"y":1,"x":"1"},{"z":2}],"a":null})");
  schema::NormalizeReport report;
  REQUIRE(schema::normalize(hand.table, root, value, report).has_value());
  CHECK(report.unknown_fields == std::vector<std::string>{"b", "items[0].y", "items[1].z", "a"});
  CHECK(json::write(value) == R"({"items":[{"x":"1"},{}]})");
}

TEST_CASE("a type that preserves unknown members keeps them behind its own") {
  Hand hand;
  const auto root = hand.object({{"a", hand.scalar(schema::Kind::kBoolean)}}, true);
  json::Value value = *json::parse(R"({"z":{"n":null},"a":true})");
  schema::NormalizeReport report;
  REQUIRE(schema::normalize(hand.table, root, value, report).has_value());
  CHECK(report.unknown_fields.empty());
  CHECK(json::write(value) == R"({"a":true,"z":{"n":null}})");
}

TEST_CASE("formats take their canonical form; null is the zero value inside lists") {
  Hand hand;
  const auto root =
      hand.object({{"t", hand.scalar(schema::Kind::kString, schema::Format::kDateTime)},
                   {"d", hand.scalar(schema::Kind::kString, schema::Format::kDuration)},
                   {"q", hand.scalar(schema::Kind::kString, schema::Format::kQuantity)},
                   {"i", hand.scalar(schema::Kind::kAny, schema::Format::kIntOrString)}});
  json::Value value =
      *json::parse(R"({"i":"25%","q":0.1,"d":"90s","t":"2026-01-02T03:04:05.5+01:00"})");
  schema::NormalizeReport report;
  REQUIRE(schema::normalize(hand.table, root, value, report).has_value());
  CHECK(json::write(value) == R"({"t":"2026-01-02T02:04:05Z","d":"1m30s","q":"100m","i":"25%"})");
  for (const char* text :
       {R"({"i":1.5})", R"({"i":3000000000})", R"({"t":""})", R"({"q":"x"})", R"({"d":"1"})"}) {
    json::Value wrong = *json::parse(text);
    INFO(text);
    CHECK_FALSE(schema::normalize(hand.table, root, wrong, report).has_value());
  }
}

TEST_CASE("typed values nest to a bound, free-form ones as deep as JSON may") {
  Hand hand;
  const auto free_form = hand.scalar(schema::Kind::kAny);
  const auto root = hand.object({{"any", free_form}});
  json::Value deep =
      *json::parse("{\"any\":" + std::string(9000, '[') + std::string(9000, ']') + "}");
  schema::NormalizeReport report;
  CHECK(schema::normalize(hand.table, root, deep, report).has_value());

  schema::Type self;
  self.kind = schema::Kind::kList;
  const auto id = hand.table.add(self);
  hand.table.at(id).element = id;
  json::Value lists = *json::parse(std::string(1000, '[') + std::string(1000, ']'));
  CHECK_FALSE(schema::normalize(hand.table, id, lists, report).has_value());
}
