#include "annex/meta/field_selector.h"

#include "annex/json/write.h"

namespace annex::meta {
namespace {

Error refuse(std::string why) { return Error::bad_request(std::move(why)); }

/// Splits at commas that no backslash escapes.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\\') {
      ++i;
    } else if (i >= text.size() || text[i] == ',') {
      terms.push_back(text.substr(begin, std::min(i, text.size()) - begin));
      begin = i + 1;
    }
  }
  if (begin < text.size()) terms.push_back(text.substr(begin));
  return terms;
}

Result<std::string> unescape(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      const std::string_view sequence = text.substr(i, 2);
      if (sequence != "\\\\" && sequence != "\\," && sequence != "\\=") {
        return refuse("invalid field selector: invalid escape sequence: " + std::string(sequence));
      }
      value += text[++i];
    } else if (c == ',' || c == '=') {
      return refuse("invalid field selector: unescaped character in value: " +
                    std::to_string(static_cast<int>(c)));
    } else {
      value += c;
    }
  }
  return value;
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  for (const std::string_view part : split_terms(text)) {
    if (part.empty()) continue;
    // The first operator wins; the two-character ones are looked at first.
    Term term;
    std::size_t at = 0;
    std::size_t width = 0;
    for (; at < part.size() && width == 0; ++at) {
      if (part.substr(at, 2) == "!=") {
        width = 2;
        term.equal = false;
      } else if (part.substr(at, 2) == "==") {
        width = 2;
      } else if (part[at] == '=') {
        width = 1;
      }
      if (width > 0) break;
    }
    if (width == 0) {
      return refuse("invalid selector: '" + std::string(text) + "'; can't understand '" +
                    std::string(part) + "'");
    }
    term.path = part.substr(0, at);
    Result<std::string> value = unescape(part.substr(at + width));
    if (!value) return std::move(value).error();
    term.value = std::move(*value);
    selector.terms_.push_back(std::move(term));
  }
  return selector;
}

std::optional<std::string_view> FieldSelector::required(std::string_view path) const {
  for (const Term& term : terms_) {
    if (term.equal && term.path == path) return term.value;
  }
  return std::nullopt;
}

bool FieldSelector::matches(
    const std::function<std::string_view(std::string_view path)>& value_of) const {
  for (const Term& term : terms_) {
    if ((value_of(term.path) == term.value) != term.equal) return false;
  }
  return true;
}

}  // namespace annex::meta
