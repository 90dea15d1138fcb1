// The target of a request: path and query, decoded once and strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annex/util/result.h"

namespace annex::http {

/// Query parameters in order, decoded (`+` is a space). A value.
class Query {
 public:
  Query() = default;
  /// Pieces that do not decode are dropped, as Go's url.ParseQuery result is used by upstream.
  static Query parse(std::string_view text);

  /// Values are decoded, names compared as they are; views last as long as this.
  std::optional<std::string_view> first(std::string_view name) const;
  /// Of all parameters of that name, in order.
  std::vector<std::string_view> all(std::string_view name) const;
  /// True if there is such a parameter.
  bool contains(std::string_view name) const { return first(name).has_value(); }
  /// True if there is no query.
  bool empty() const { return parameters_.empty(); }
  /// In the order in which they were sent.
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// What a request line asks for.
struct Target {
  std::string path{};       ///< decoded
  std::string raw_path{};   ///< as sent
  std::string raw_query{};  ///< as sent, without the question mark
  Query query{};            ///< decoded
};

/// Splits and decodes an origin-form target. BadRequest for a bad escape, a fragment, control
/// characters, or anything that does not begin with `/`.
Result<Target> parse_target(std::string_view text);

/// Percent-decoding of a path (`+` stays). Empty if an escape is malformed.
std::optional<std::string> percent_decode(std::string_view text);
/// Percent-encoding for one query value.
std::string percent_encode(std::string_view text);

}  // namespace annex::http
