#include "edit.h"

#include <cctype>
#include <regex>
#include <sstream>

namespace annex::tool {
namespace {

/// The line's beginning, as a position; npos if no line is exactly this.
std::size_t find_line(const std::string& source, const std::string& line, std::size_t from = 0) {
  for (std::size_t at = from; (at = source.find(line, at)) != std::string::npos; ++at) {
    const bool begins = at == 0 || source[at - 1] == '\n';
    const std::size_t end = at + line.size();
    if (begins && (end == source.size() || source[end] == '\n')) return at;
  }
  return std::string::npos;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

Error lacks(const std::string& what) { return Error::bad_request("there is no " + what); }

/// Behind a comment or a literal that begins at `at`; `at` if none does.
std::size_t skip_text(const std::string& source, std::size_t at) {
  if (source.compare(at, 2, "//") == 0) return std::min(source.find('\n', at), source.size());
  if (source.compare(at, 2, "/*") == 0) {
    const std::size_t end = source.find("*/", at + 2);
    return end == std::string::npos ? source.size() : end + 2;
  }
  const char quote = source[at];
  if (quote != '"' && quote != '\'') return at;
  for (++at; at < source.size() && source[at] != quote; ++at) {
    if (source[at] == '\\') ++at;
  }
  return std::min(at + 1, source.size());
}

}  // namespace

Result<Chain> find_chain(const std::string& source, const std::string& kind) {
  const std::string name = "\"" + kind + "\"";
  Chain found;
  for (std::size_t at = 0; (at = source.find(".resource<", at)) != std::string::npos; ++at) {
    bool names_kind = false;
    int depth = 0;
    std::size_t i = at;
    while (i < source.size() && !(source[i] == ';' && depth == 0)) {
      if (source.compare(i, name.size(), name) == 0) names_kind = true;
      const std::size_t behind = skip_text(source, i);
      if (behind != i) {
        i = behind;
        continue;
      }
      if (source[i] == '(' || source[i] == '{') ++depth;
      if (source[i] == ')' || source[i] == '}') --depth;
      ++i;
    }
    if (!names_kind || i == source.size()) continue;
    if (found.end != 0) return Error::bad_request("there are two resources of kind " + kind);
    found = {at, i};
  }
  if (found.end == 0) return lacks(".resource<...>(\"...\", " + name + ", ...)");
  return found;
}

Result<std::string> add_to_chain(const std::string& source, const std::string& kind,
                                 const std::string& word) {
  const Result<Chain> chain = find_chain(source, kind);
  if (!chain) return chain.error();
  std::string edited = source;
  return edited.insert(chain->end, "\n      " + word);
}

Result<std::string> add_include(const std::string& source, const std::string& header) {
  const bool is_system = header.front() == '<';
  const std::string line = "#include " + (is_system ? header : "\"" + header + "\"");
  if (find_line(source, line) != std::string::npos) return source;
  const std::string like = is_system ? "#include <" : "#include \"";
  const auto is_like = [&](std::size_t at) { return source.compare(at, like.size(), like) == 0; };
  std::size_t at = source.rfind("\n" + like);
  at = at == std::string::npos ? 0 : at + 1;
  if (!is_like(at) || source.find('\n', at) == std::string::npos) {
    return lacks("line that begins with " + like);
  }
  std::string edited = source;
  // annex's own headers stand first, in a block of their own.
  if (is_system && source.compare(at, 16, "#include <annex/") == 0) {
    return edited.insert(source.find('\n', at) + 1, "\n" + line + "\n");
  }
  // Into the block, which is in alphabetical order.
  std::size_t place = source.find('\n', at) + 1;
  while (is_like(at) && source.compare(at, line.size(), line) > 0) {
    place = at;
    if (at == 0) break;
    at = source.rfind('\n', at - 2) + 1;
  }
  return edited.insert(place, line + "\n");
}

Result<std::string> add_statement(const std::string& source, const std::string& head,
                                  const std::string& statement) {
  const std::size_t at = find_line(source, head);
  if (at == std::string::npos) return lacks("line `" + head + "`");
  const std::size_t end = find_line(source, "}", at);
  if (end == std::string::npos) return lacks("end of `" + head + "`");
  std::string edited = source;
  return edited.insert(end, "  " + statement + "\n");
}

Result<std::string> add_member(const std::string& source, const std::string& type,
                               const std::string& member, const std::string& field) {
  const std::size_t at = find_line(source, "struct " + type + " {");
  if (at == std::string::npos) return lacks("line `struct " + type + " {`");
  const std::string head = "  friend void describe(annex::schema::Object<" + type + ">& ";
  const std::size_t describe = source.find("\n" + head, at);
  const std::size_t struct_end = find_line(source, "};", at);
  if (describe == std::string::npos || describe > struct_end) {
    return lacks("line `" + head + "...` in struct " + type);
  }
  const std::size_t name = describe + 1 + head.size();
  std::size_t name_end = name;
  while (name_end < source.size() && is_word(source[name_end])) ++name_end;
  const std::size_t end = find_line(source, "  }", name_end);
  if (end == std::string::npos || end > struct_end) return lacks("end of describe in " + type);
  std::string line = field;
  line.replace(line.find('%'), 1, source.substr(name, name_end - name));
  std::string edited = source;
  edited.insert(end, "    " + line + "\n");
  edited.insert(describe + 1, "  " + member + "\n");
  return edited;
}

Result<std::string> add_before_struct(const std::string& source, const std::string& type,
                                      const std::string& text) {
  const std::size_t at = find_line(source, "struct " + type + " {");
  if (at == std::string::npos) return lacks("line `struct " + type + " {`");
  std::string edited = source;
  return edited.insert(at, text);
}

bool has_struct(const std::string& source, const std::string& type) {
  return find_line(source, "struct " + type + " {") != std::string::npos;
}

std::string rename_version(const std::string& source, const std::string& from,
                           const std::string& to) {
  const std::regex word("\\b" + from + "\\b");
  std::istringstream lines(source);
  std::string renamed;
  std::string line;
  while (std::getline(lines, line)) {
    const bool is_namespace =
        line.rfind("namespace ", 0) == 0 || line.rfind("}  // namespace", 0) == 0;
    const bool is_comment =
        line.rfind("//", line.find_first_not_of(' ')) == line.find_first_not_of(' ');
    renamed += is_namespace || is_comment ? std::regex_replace(line, word, to) : line;
    renamed += "\n";
  }
  return renamed;
}

}  // namespace annex::tool
