// The input is a patch, a line feed and a document of a type with every kind of list; whatever they
// are, the merge ends, and what it leaves can be written and brought into normal form or refused.
#include <cstdint>
#include <string_view>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/describe.h"
#include "annex/schema/normalize.h"
#include "annex/schema/strategic_merge.h"

namespace {

using annex::schema::Object;

struct Part {
  std::string name{};
  std::vector<std::string> tags{};
  std::unique_ptr<Part> inner{};
  friend void describe(Object<Part>& part) {
    part.field<&Part::name>("name", "").defaulted();
    part.field<&Part::tags>("tags", "").list_set();
    part.field<&Part::inner>("inner", "");
  }
};

struct Whole {
  std::vector<std::string> tags{};
  std::vector<std::string> words{};
  std::vector<Part> ports{};
  std::map<std::string, std::string> options{};
  std::map<std::string, Part> parts{};
  Part part{};
  annex::json::Value free{};
  friend void describe(Object<Whole>& whole) {
    whole.field<&Whole::tags>("tags", "").list_set();
    whole.field<&Whole::words>("words", "");
    whole.field<&Whole::ports>("ports", "").list_map("name");
    whole.field<&Whole::options>("options", "");
    whole.field<&Whole::parts>("parts", "");
    whole.field<&Whole::part>("part", "");
    whole.field<&Whole::free>("free", "");
  }
};

struct Table {
  annex::schema::TypeTable types{};
  annex::schema::TypeId whole = annex::schema::describe_type<Whole>(types, "Whole");
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Table table;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto patch = annex::json::parse(text.substr(0, line));
  auto target = annex::json::parse(text.substr(line + 1));
  if (!patch || !target || !patch->is_object() || !target->is_object()) return 0;
  annex::schema::NormalizeReport report;
  if (!annex::schema::normalize(table.types, table.whole, *target, report)) return 0;
  auto merged = annex::schema::strategic_merge(table.types, table.whole, *target, *patch);
  if (!merged) return 0;
  static_cast<void>(annex::json::write(*merged));
  static_cast<void>(annex::schema::normalize(table.types, table.whole, *merged, report));
  return 0;
}
