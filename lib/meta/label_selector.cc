#include "annex/meta/label_selector.h"

#include <algorithm>
#include <charconv>

#include "annex/meta/names.h"
#include "annex/schema/field_error.h"

namespace annex::meta {
namespace {

constexpr std::string_view kSpecial = "=!(),><";

struct Token {
  std::string text;  // empty: the end
  bool special = false;
};

/// Names, values and operators; white space separates and is dropped.
std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t i = 0;
  auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (i < text.size()) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    const bool special = kSpecial.find(text[i]) != std::string_view::npos;
    std::size_t end = i + 1;
    if (special) {
      const std::string_view two = text.substr(i, 2);
      if (two == "==" || two == "!=") end = i + 2;
    } else {
      while (end < text.size() && !is_space(text[end]) &&
             kSpecial.find(text[end]) == std::string_view::npos) {
        ++end;
      }
    }
    tokens.push_back({std::string(text.substr(i, end - i)), special});
    i = end;
  }
  tokens.push_back({});
  return tokens;
}

std::optional<std::int64_t> parse_int64(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

}  // namespace

/// Recursive descent over one selector's tokens.
class LabelSelectorParser {
 public:
  explicit LabelSelectorParser(std::string_view text) : tokens_(tokenize(text)) {}

  Result<LabelSelector> parse() {
    LabelSelector selector;
    if (at_end()) return selector;
    while (true) {
      const bool starts = !at_end() && (!peek().special || peek().text == "!");
      if (!starts) {
        return refuse("found '" + peek().text + "', expected: !, identifier, or 'end of string'");
      }
      Result<LabelSelector::Requirement> requirement = parse_requirement();
      if (!requirement) {
        Error error = std::move(requirement).error();
        error.message = "unable to parse requirement: " + error.message;
        return error;
      }
      selector.requirements_.push_back(std::move(*requirement));
      if (at_end()) return selector;
      if (peek().text != ",") {
        return refuse("found '" + peek().text + "', expected: ',' or 'end of string'");
      }
      next();
      if (at_end() || (peek().special && peek().text != "!")) {
        return refuse("found '" + peek().text + "', expected: identifier after ','");
      }
    }
  }

 private:
  using Operator = LabelSelector::Operator;
  using Requirement = LabelSelector::Requirement;

  const Token& peek() const { return tokens_[at_]; }
  bool at_end() const { return at_ + 1 == tokens_.size(); }
  Token next() { return at_end() ? tokens_[at_] : tokens_[at_++]; }
  static Error refuse(std::string why) { return Error::bad_request(std::move(why)); }

  Result<Requirement> parse_requirement() {
    Requirement requirement;
    const bool negated = peek().text == "!";
    if (negated) next();
    if (at_end() || peek().special) {
      return refuse("found '" + peek().text + "', expected: identifier");
    }
    requirement.key = next().text;
    const std::vector<std::string> wrong = check_label_key(requirement.key);
    if (!wrong.empty()) return invalid_text("<nil>", requirement.key, joined(wrong));
    if (negated || at_end() || peek().text == ",") {
      requirement.op = negated ? Operator::kAbsent : Operator::kExists;
      if (negated && !at_end() && peek().text != ",") {
        return refuse("found '" + peek().text + "', expected: ',' or 'end of string'");
      }
      return requirement;
    }
    return parse_values(std::move(requirement));
  }

  Result<Requirement> parse_values(Requirement requirement) {
    const std::string op = next().text;
    if (op == "in" || op == "notin") {
      requirement.op = op == "in" ? Operator::kIn : Operator::kNotIn;
      Result<std::vector<std::string>> values = parse_set();
      if (!values) return std::move(values).error();
      requirement.values = std::move(*values);
    } else if (op == "=" || op == "==" || op == "!=" || op == ">" || op == "<") {
      requirement.op = op == ">"    ? Operator::kGreater
                       : op == "<"  ? Operator::kLess
                       : op == "!=" ? Operator::kNotIn
                                    : Operator::kIn;
      // `k=` and `k=,...` mean the empty value.
      const bool empty = at_end() || peek().text == ",";
      if (!empty && peek().special) {
        return refuse("found '" + peek().text + "', expected: identifier");
      }
      requirement.values = {empty ? "" : next().text};
    } else {
      return refuse("found '" + op + "', expected: in, notin, =, ==, !=, gt, lt");
    }
    return check_values(std::move(requirement));
  }

  Result<std::vector<std::string>> parse_set() {
    if (peek().text != "(") return refuse("found '" + peek().text + "' expected: '('");
    next();
    std::vector<std::string> values;
    bool wants_value = true;
    while (true) {
      if (at_end()) {
        return refuse(values.empty() && wants_value ? "found '', expected: ',', ')' or identifier"
                                                    : "found '', expected: ',' or ')'");
      }
      const Token token = next();
      if (token.text == ")" && token.special) {
        if (wants_value) values.emplace_back();
        break;
      }
      if (token.text == "," && token.special) {
        if (wants_value) values.emplace_back();
        wants_value = true;
      } else if (!token.special && wants_value) {
        values.push_back(token.text);
        wants_value = false;
      } else {
        return refuse("found '" + token.text + "', expected: ',' or ')'");
      }
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }

  static Error invalid_text(const std::string& path, const std::string& value,
                            const std::string& why) {
    schema::FieldErrors errors;
    errors.invalid(schema::FieldPath(path), value, why);
    return refuse(errors.aggregate());
  }

  static Result<Requirement> check_values(Requirement requirement) {
    const bool compares = requirement.op == Operator::kGreater || requirement.op == Operator::kLess;
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      const std::string& value = requirement.values[i];
      const std::string path = "values[" + std::to_string(i) + "]";
      if (compares && !parse_int64(value)) {
        return invalid_text(path, value, "for 'Gt', 'Lt' operators, the value must be an integer");
      }
      const std::vector<std::string> wrong = check_label_value(value);
      if (!wrong.empty()) {
        return invalid_text(path + "[" + requirement.key + "]", value, joined(wrong));
      }
    }
    return requirement;
  }

  const std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  return LabelSelectorParser(text).parse();
}

bool LabelSelector::matches(const FindLabel& find) const {
  auto holds = [&](const Requirement& requirement) {
    const std::optional<std::string_view> value = find(requirement.key);
    const auto& values = requirement.values;
    const bool listed = value && std::find(values.begin(), values.end(), *value) != values.end();
    switch (requirement.op) {
      case Operator::kExists:
        return value.has_value();
      case Operator::kAbsent:
        return !value.has_value();
      case Operator::kIn:
        return listed;
      case Operator::kNotIn:
        return !listed;
      case Operator::kGreater:
      case Operator::kLess:
        break;
    }
    const auto number = value ? parse_int64(*value) : std::nullopt;
    const auto limit = parse_int64(values.front());
    if (!number || !limit) return false;
    return requirement.op == Operator::kGreater ? *number > *limit : *number < *limit;
  };
  return std::all_of(requirements_.begin(), requirements_.end(), holds);
}

}  // namespace annex::meta
