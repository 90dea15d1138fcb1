#include <algorithm>
#include <string_view>

#include "annex/json/write.h"
#include "annex/schema/strategic_merge.h"

namespace annex::schema {
namespace {

/// What is nested deeper is of no help in a message.
constexpr int kMaxDepth = 64;

void print(const json::Value& value, int depth, std::string& out) {
  if (value.is_null()) {
    out += "<nil>";
  } else if (value.is_string()) {
    out += value.as_string();
  } else if (depth == 0) {
    out += "...";
  } else if (value.is_array()) {
    out += '[';
    std::string_view separator;
    for (const json::Value& item : value.as_array()) {
      out += separator;
      print(item, depth - 1, out);
      separator = " ";
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<const json::Member*> members;
    for (const json::Member& member : value.as_object()) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const json::Member* a, const json::Member* b) { return a->name < b->name; });
    out += "map[";
    std::string_view separator;
    for (const json::Member* member : members) {
      out.append(separator).append(member->name).append(":");
      print(member->value, depth - 1, out);
      separator = " ";
    }
    out += ']';
  } else {
    out += json::write(value);
  }
}

}  // namespace

std::string go_text(const json::Value& value) {
  std::string out;
  print(value, kMaxDepth, out);
  return out;
}

}  // namespace annex::schema
