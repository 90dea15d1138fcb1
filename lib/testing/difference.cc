#include "annex/testing/difference.h"

#include <algorithm>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace annex::testing {
namespace {

constexpr std::size_t kShown = 200;

/// Gathers lines.
class Comparison {
 public:
  void add(const std::string& path, const std::string& what) {
    if (!text_.empty()) text_ += '\n';
    text_ += (path.empty() ? "it" : path) + " " + what;
  }

  void compare(const std::string& path, const json::Value& actual, const json::Value& wanted) {
    if (wanted.is_object() && actual.is_object()) return compare_members(path, actual, wanted);
    if (wanted.is_array() && actual.is_array()) return compare_items(path, actual, wanted);
    if (!(actual == wanted)) add(path, "is " + shown(actual) + ", not " + shown(wanted));
  }

  std::string take() { return std::move(text_); }

 private:
  static std::string shown(const json::Value& value) {
    std::string text = json::write(value);
    if (text.size() > kShown) text = text.substr(0, kShown) + "...";
    return text;
  }

  void compare_members(const std::string& path, const json::Value& actual,
                       const json::Value& wanted) {
    for (const json::Member& member : wanted.as_object()) {
      const std::string below = path.empty() ? member.name : path + "." + member.name;
      const json::Value* found = actual.find(member.name);
      if (member.value.is_null()) {
        if (found != nullptr && !found->is_null()) add(below, "is there: " + shown(*found));
      } else if (found == nullptr) {
        add(below, "is missing, not " + shown(member.value));
      } else {
        compare(below, *found, member.value);
      }
    }
  }

  void compare_items(const std::string& path, const json::Value& actual,
                     const json::Value& wanted) {
    const json::Array& items = actual.as_array();
    const json::Array& others = wanted.as_array();
    if (items.size() != others.size()) {
      return add(path, "has " + std::to_string(items.size()) + " items, not " +
                           std::to_string(others.size()) + ": " + shown(actual));
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      compare(path + "[" + std::to_string(i) + "]", items[i], others[i]);
    }
  }

  std::string text_;
};

std::string joined(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all.empty() ? "none" : all;
}

std::vector<std::string> fields_of(const json::Value& status) {
  std::vector<std::string> fields;
  const json::Value* details = status.find("details");
  const json::Value* causes = details == nullptr ? nullptr : details->find("causes");
  if (causes == nullptr || !causes->is_array()) return fields;
  for (const json::Value& cause : causes->as_array()) fields.push_back(cause.at_string({"field"}));
  return fields;
}

}  // namespace

std::string value_difference(const json::Value& actual, const json::Value& wanted) {
  Comparison comparison;
  comparison.compare({}, actual, wanted);
  return comparison.take();
}

std::string difference(const json::Value& actual, std::string_view wanted) {
  const Result<json::Document> read = json::read_yaml(wanted);
  if (!read) return "what is wanted cannot be read: " + read.error().message;
  return value_difference(actual, read->value);
}

std::string status_difference(const json::Value& actual, const WantedStatus& wanted) {
  if (!actual.is_object() || actual.at_string({"kind"}) != "Status") {
    return "it is no Status but " + json::write(actual);
  }
  Comparison comparison;
  json::Object members;
  members.append("apiVersion", "v1");
  members.append("status", "Failure");
  if (wanted.code != 0) members.append("code", wanted.code);
  if (!wanted.reason.empty()) members.append("reason", wanted.reason);
  comparison.compare({}, actual, json::Value(std::move(members)));
  const std::string& message = actual.at_string({"message"});
  if (message.find(wanted.message) == std::string::npos) {
    comparison.add("message",
                   "is " + json::quoted(message) + ", without " + json::quoted(wanted.message));
  }
  if (wanted.fields) {
    const std::string found = joined(fields_of(actual));
    if (found != joined(*wanted.fields)) {
      comparison.add("details.causes", "are of " + found + ", not of " + joined(*wanted.fields));
    }
  }
  return comparison.take();
}

std::string event_difference(const json::Value& actual, std::string_view type,
                             std::string_view wanted_object) {
  const std::string& found = actual.at_string({"type"});
  const json::Value* object = actual.find("object");
  if (object == nullptr) return "there is no event, not one of type " + std::string(type);
  if (found != type) {
    return "the event is " + found + ", not " + std::string(type) + ": " + json::write(*object);
  }
  return difference(*object, wanted_object);
}

}  // namespace annex::testing
