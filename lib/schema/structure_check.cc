#include <set>
#include <string>
#include <vector>

#include "annex/json/write.h"
#include "schema/structure.h"

namespace annex::schema {
namespace {

constexpr std::size_t kMaxProblems = 100;

class Checker {
 public:
  explicit Checker(bool allow_duplicates) : allow_duplicates_(allow_duplicates) {}

  void check(const MergeType& type, const json::Value& value, const std::string& path, int depth) {
    if (problems_.size() >= kMaxProblems) return;
    const MergeType::Forms forms = type.forms_of(&value);
    if (forms.map) {
      check_map(type, value, path, depth);
    } else if (forms.scalar) {
      check_scalar(type.scalar(), value, path);
    } else {
      check_list(type, value, path, depth);
    }
  }

  Result<void> result() const {
    if (problems_.empty()) return {};
    if (problems_.size() == 1) return Error::bad_request(problems_.front());
    std::string text = "errors:";
    for (const std::string& problem : problems_) text += "\n  " + problem;
    return Error::bad_request(text);
  }

 private:
  void note(const std::string& path, const std::string& problem) {
    problems_.push_back(path.empty() ? problem : path + ": " + problem);
  }

  void check_scalar(MergeType::Scalar scalar, const json::Value& value, const std::string& path) {
    if (value.is_null()) return;
    const std::string got = ", got " + std::string(value.type_name());
    switch (scalar) {
      case MergeType::Scalar::kNumeric:
        if (!value.is_number()) note(path, "expected numeric (int or float)" + got);
        return;
      case MergeType::Scalar::kString:
        if (!value.is_string()) note(path, "expected string" + got);
        return;
      case MergeType::Scalar::kBoolean:
        if (!value.is_bool()) note(path, "expected boolean" + got);
        return;
      case MergeType::Scalar::kUntyped:
        if (value.is_object() || value.is_array()) note(path, "expected any scalar" + got);
        return;
      case MergeType::Scalar::kNone:
        return;
    }
  }

  void check_map(const MergeType& type, const json::Value& value, const std::string& path,
                 int depth) {
    if (value.is_null()) return;
    if (!value.is_object()) {
      note(path, "expected map, got " + std::string(value.type_name()));
      return;
    }
    if (depth > kMaxMergeDepth) return;
    for (const json::Member& member : value.as_object()) {
      const std::string place = path + "." + member.name;
      if (!type.allows(member.name)) {
        note(place, "field not declared in schema");
      } else {
        check(type.member(member.name), member.value, place, depth + 1);
      }
    }
  }

  void check_list(const MergeType& type, const json::Value& value, const std::string& path,
                  int depth) {
    if (value.is_null()) return;
    if (!value.is_array()) {
      note(path, "expected list, got " + std::string(value.type_name()));
      return;
    }
    if (depth > kMaxMergeDepth) return;
    const MergeType item_type = type.item();
    std::set<PathElement> seen;
    std::size_t position = 0;
    for (const json::Value& item : value.as_array()) {
      std::string shown = "[" + std::to_string(position) + "]";
      if (!type.list_is_atomic()) {
        auto element = type.element_of(item);
        if (!element) {
          note(path, "element " + std::to_string(position) + ": " + element.error().message);
          return;
        }
        shown = element->shown();
        if (!seen.insert(std::move(*element)).second && !allow_duplicates_) {
          note(path, "duplicate entries for key " + shown);
        }
      }
      check(item_type, item, path + shown, depth + 1);
      ++position;
    }
  }

  const bool allow_duplicates_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<void> check_structure(const MergeType& type, const json::Value& value,
                             bool allow_duplicates) {
  Checker checker(allow_duplicates);
  checker.check(type, value, "", 0);
  return checker.result();
}

}  // namespace annex::schema
