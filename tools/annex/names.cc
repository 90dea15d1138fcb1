#include "names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "annex/json/write.h"
#include "annex/meta/names.h"

namespace annex::tool {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Words of C++, and names that the generated code uses otherwise.
constexpr std::array kTaken = {
    "alignas",  "alignof",   "and",       "annex",     "asm",       "auto",      "bitand",
    "bitor",    "bool",      "break",     "case",      "catch",     "char",      "class",
    "compl",    "concept",   "const",     "consteval", "constexpr", "constinit", "continue",
    "decltype", "default",   "delete",    "do",        "double",    "else",      "enum",
    "explicit", "export",    "extern",    "failures",  "false",     "float",     "for",
    "friend",   "goto",      "if",        "inline",    "int",       "long",      "main",
    "mutable",  "namespace", "new",       "noexcept",  "not",       "nullptr",   "operator",
    "or",       "private",   "protected", "public",    "register",  "requires",  "return",
    "short",    "signed",    "sizeof",    "static",    "std",       "struct",    "switch",
    "template", "this",      "throw",     "true",      "try",       "typedef",   "typeid",
    "typename", "union",     "unsigned",  "using",     "virtual",   "void",      "volatile",
    "while",    "xor",       "expect",    "object",    "server",    "describe",  "signal",
    "time",     "index",     "remove",    "read",      "write",     "abort"};
/// Targets that CMake and its generators have.
constexpr std::array kTargets = {"all",  "test",       "install",       "package",   "clean",
                                 "help", "edit-cache", "rebuild-cache", "end-to-end"};
/// Kinds that every group has for itself (apimachinery `pkg/apis/meta/v1/register.go`).
constexpr std::array kMetaKinds = {"WatchEvent",    "ListOptions",   "GetOptions",
                                   "DeleteOptions", "CreateOptions", "UpdateOptions",
                                   "PatchOptions",  "ExportOptions", "Status"};

template <typename List>
bool is_in(const List& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

Result<void> refuse(const char* what, const std::string& text, const std::string& why) {
  return Error::bad_request(json::quoted(text) + " cannot be " + what + ": " + why);
}

}  // namespace

Result<void> check_project_name(const std::string& name) {
  const char* const what = "a project's name";
  if (!meta::check_dns_label(name).empty() || !is_lower(name.front()) || name.size() > 40 ||
      name.find("--") != std::string::npos) {
    return refuse(
        what, name,
        "it must be of small letters, digits and single hyphens, begin with a letter, end "
        "with a letter or digit and have at most 40 characters (such as \"bakery\")");
  }
  if (is_in(kTaken, namespace_of(name)) || is_in(kTargets, name)) {
    return refuse(what, name, "C++, CMake or annex use that word; choose another");
  }
  return {};
}

Result<void> check_group(const std::string& group) {
  const char* const what = "an API group";
  if (!meta::check_dns_subdomain(group).empty() || group.find('.') == std::string::npos) {
    return refuse(what, group,
                  "it must be a DNS name with at least one dot (such as \"bakery.example.com\")");
  }
  for (const char* owned : {".k8s.io", ".kubernetes.io"}) {
    if (ends_with("." + group, owned)) {
      return refuse(
          what, group,
          "groups of k8s.io and kubernetes.io are the Kubernetes project's; take a domain "
          "of yours");
    }
  }
  return {};
}

Result<void> check_kind(const std::string& kind) {
  const char* const what = "a kind";
  const bool fits = !kind.empty() && kind.size() <= 63 && is_upper(kind.front()) &&
                    std::all_of(kind.begin(), kind.end(),
                                [](char c) { return is_upper(c) || is_lower(c) || is_digit(c); });
  if (!fits) {
    return refuse(what, kind,
                  "it must be of letters and digits, begin with a capital letter and have at most "
                  "63 characters (such as \"Loaf\")");
  }
  if (is_in(kMetaKinds, kind) || ends_with(kind, "List")) {
    return refuse(what, kind,
                  "every API group has kinds of that name; kinds that end with List are lists");
  }
  return {};
}

Result<void> check_version(const std::string& version) {
  const auto digits = [&](std::size_t from) {
    std::size_t at = from;
    while (at < version.size() && is_digit(version[at])) ++at;
    const bool counts = at > from && version[from] != '0';
    return counts ? at : std::string::npos;
  };
  std::size_t at = version.size() > 1 && version.front() == 'v' ? digits(1) : std::string::npos;
  if (at != std::string::npos && at < version.size()) {
    for (const std::string_view stage : {"alpha", "beta"}) {
      if (std::string_view(version).substr(at, stage.size()) == stage) {
        at = digits(at + stage.size());
        break;
      }
    }
  }
  if (at != version.size() || version.size() > 20) {
    return refuse("a version", version,
                  "it must be like \"v1\", \"v2beta1\" or \"v1alpha3\", so that clients know which "
                  "is newer");
  }
  return {};
}

Result<void> check_plural(const std::string& plural) {
  if (!meta::check_dns_label(plural).empty()) {
    return refuse("a resource's name", plural,
                  "it must be of small letters, digits and hyphens (such as \"loaves\")");
  }
  return {};
}

std::string kind_of(const std::string& project) {
  std::string kind;
  bool begins = true;
  for (const char c : project) {
    if (c == '-') {
      begins = true;
      continue;
    }
    kind += begins ? upper(c) : c;
    begins = false;
  }
  return kind;
}

std::string file_of(const std::string& kind) {
  std::string file;
  for (std::size_t i = 0; i < kind.size(); ++i) {
    const bool after_small = i > 0 && !is_upper(kind[i - 1]);
    const bool before_small = i > 0 && i + 1 < kind.size() && is_lower(kind[i + 1]);
    if (is_upper(kind[i]) && (after_small || before_small)) file += '_';
    file += lower(kind[i]);
  }
  return file;
}

std::string plural_of(const std::string& kind) {
  std::string word;
  for (const char c : kind) word += lower(c);
  const auto is_vowel = [](char c) {
    return std::string_view("aeiou").find(c) != std::string::npos;
  };
  if (word.size() > 1 && word.back() == 'y' && !is_vowel(word[word.size() - 2])) {
    return word.substr(0, word.size() - 1) + "ies";
  }
  for (const char* hissing : {"s", "x", "z", "ch", "sh"}) {
    if (ends_with(word, hissing)) return word + "es";
  }
  return word + "s";
}

std::string namespace_of(const std::string& project) {
  std::string name = project;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace annex::tool
