// Field selectors: `metadata.name=x,spec.y!=z`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/util/result.h"

namespace annex::meta {

/// A parsed field selector. A value; any thread may match.
class FieldSelector {
 public:
  /// BadRequest with the texts of apimachinery `pkg/fields/selector.go`. Empty text selects all.
  static Result<FieldSelector> parse(std::string_view text);

  /// `path=value`, or `path!=value` if it is not `equal`.
  struct Term {
    std::string path{};   ///< "metadata.name"
    std::string value{};  ///< compared as text
    bool equal = true;    ///< false: `!=`
  };
  /// All of them must hold.
  const std::vector<Term>& terms() const { return terms_; }
  /// True if it selects everything.
  bool empty() const { return terms_.empty(); }

  /// The value that the selector requires of a path exactly.
  std::optional<std::string_view> required(std::string_view path) const;
  /// `value_of` gives the value at a path, empty if there is none.
  bool matches(const std::function<std::string_view(std::string_view path)>& value_of) const;

 private:
  std::vector<Term> terms_;
};

}  // namespace annex::meta
