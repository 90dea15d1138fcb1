// Label selectors: `tier in (a,b),!old`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/util/result.h"

namespace annex::meta {

/// Finds a label's value by its key.
using FindLabel = std::function<std::optional<std::string_view>(std::string_view key)>;

/// A parsed label selector. A value; any thread may match.
class LabelSelector {
 public:
  /// BadRequest with the texts of apimachinery `pkg/labels/selector.go`. Empty text selects all.
  static Result<LabelSelector> parse(std::string_view text);

  /// True if it selects everything.
  bool empty() const { return requirements_.empty(); }
  /// True if all requirements hold; those of absence and inequality hold for a label that is not
  /// there.
  bool matches(const FindLabel& find) const;

  /// kGreater and kLess compare integers, and hold for nothing else.
  enum class Operator { kExists, kAbsent, kIn, kNotIn, kGreater, kLess };
  /// One condition on one label.
  struct Requirement {
    std::string key{};                  ///< of the label
    Operator op = Operator::kExists;    ///< what must hold
    std::vector<std::string> values{};  ///< none for those that take none
  };
  /// All of them must hold.
  const std::vector<Requirement>& requirements() const { return requirements_; }

 private:
  friend class LabelSelectorParser;
  std::vector<Requirement> requirements_;
};

}  // namespace annex::meta
