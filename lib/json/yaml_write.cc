#include <yaml-cpp/emitter.h>
#include <yaml-cpp/null.h>

#include <algorithm>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace annex::json {
namespace {

/// True if the text, written without quotes, would not read back as the same string.
bool needs_quotes(const std::string& text) {
  if (text.empty() || text == "<<") return true;
  // Most strings are plain words, longer than those that YAML gives a meaning.
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto is_plain = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
  };
  if (text.size() > 5 && is_letter(text[0]) && std::all_of(text.begin(), text.end(), is_plain)) {
    return false;
  }
  const Result<Document> read_back = read_yaml(text);
  return !read_back || !read_back->value.is_string() || read_back->value.as_string() != text;
}

void emit_string(const std::string& text, YAML::Emitter& out) {
  const bool lines = text.find('\n') != std::string::npos;
  if (lines || needs_quotes(text)) {
    out << YAML::DoubleQuoted << text;
  } else {
    out << text;
  }
}

/// Emits one value. Recursion is bounded by `write_yaml`'s check of the depth.
void emit(const Value& value, YAML::Emitter& out) {
  if (value.is_object()) {
    std::vector<const Member*> members;
    for (const Member& member : value.as_object()) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->name < b->name; });
    if (members.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const Member* member : members) {
      out << YAML::Key;
      emit_string(member->name, out);
      out << YAML::Value;
      emit(member->value, out);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    if (value.as_array().empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Value& item : value.as_array()) emit(item, out);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    emit_string(value.as_string(), out);
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << write(value);
  }
}

std::size_t depth_of(const Value& root) {
  std::size_t deepest = 0;
  std::vector<std::pair<const Value*, std::size_t>> pending{{&root, 1}};
  while (!pending.empty()) {
    const auto [value, depth] = pending.back();
    pending.pop_back();
    deepest = std::max(deepest, depth);
    if (value->is_array()) {
      for (const Value& item : value->as_array()) pending.emplace_back(&item, depth + 1);
    } else if (value->is_object()) {
      for (const Member& member : value->as_object()) {
        pending.emplace_back(&member.value, depth + 1);
      }
    }
  }
  return deepest;
}

}  // namespace

std::string write_yaml(const Value& value) {
  // JSON is YAML: what is too deep for block style, whose indentation grows with the depth, is
  // written so.
  constexpr std::size_t kMaxBlockDepth = 100;
  if (depth_of(value) > kMaxBlockDepth) return write(value) + "\n";
  YAML::Emitter out;
  emit(value, out);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace annex::json
