#include "annex/meta/names.h"

#include <algorithm>

namespace annex::meta {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxSubdomain = 253;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

bool is_dns_label(std::string_view text) {
  return !text.empty() && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

/// The name part of a label key, or a label's value.
bool is_qualified_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::string too_long(std::size_t limit) {
  return "must be no more than " + std::to_string(limit) + " bytes";
}

constexpr std::string_view kNamePart =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation "
    "is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

}  // namespace

std::vector<std::string> check_path_segment(std::string_view text) {
  if (text == "." || text == "..") return {"may not be '" + std::string(text) + "'"};
  std::vector<std::string> wrong;
  for (const char c : {'/', '%'}) {
    if (text.find(c) != std::string_view::npos) {
      wrong.push_back(std::string("may not contain '") + c + "'");
    }
  }
  return wrong;
}

std::vector<std::string> check_dns_label(std::string_view text) {
  std::vector<std::string> wrong;
  if (text.size() > kMaxLabel) wrong.push_back(too_long(kMaxLabel));
  if (is_dns_label(text)) return wrong;
  if (is_dns_subdomain(text)) {
    wrong.emplace_back("must not contain dots");
  } else {
    wrong.emplace_back(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
        "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "
        "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
  }
  return wrong;
}

std::vector<std::string> check_dns_subdomain(std::string_view text) {
  std::vector<std::string> wrong;
  if (text.size() > kMaxSubdomain) wrong.push_back(too_long(kMaxSubdomain));
  if (!is_dns_subdomain(text)) {
    wrong.emplace_back(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
        "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex "
        "used "
        "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
  }
  return wrong;
}

std::vector<std::string> check_label_key(std::string_view text) {
  std::vector<std::string> wrong;
  const std::size_t slash = text.find('/');
  std::string_view name = text;
  if (slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      return {"a valid label key " + std::string(kNamePart) +
              " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
    }
    if (prefix.empty()) {
      wrong.emplace_back("prefix part must be non-empty");
    } else {
      for (const std::string& why : check_dns_subdomain(prefix)) {
        wrong.push_back("prefix part " + why);
      }
    }
  }
  if (name.empty()) {
    wrong.emplace_back("name part must be non-empty");
  } else if (name.size() > kMaxLabel) {
    wrong.push_back("name part " + too_long(kMaxLabel));
  }
  if (!is_qualified_name(name)) wrong.push_back("name part " + std::string(kNamePart));
  return wrong;
}

std::vector<std::string> check_label_value(std::string_view text) {
  std::vector<std::string> wrong;
  if (text.size() > kMaxLabel) wrong.push_back(too_long(kMaxLabel));
  if (!text.empty() && !is_qualified_name(text)) {
    wrong.emplace_back(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
        "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
        "'my_value',  or '12345', regex used for validation is "
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
  }
  return wrong;
}

}  // namespace annex::meta
