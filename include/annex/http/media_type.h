// Media types: Content-Type, and the clauses of Accept in the order in which they are tried.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annex/http/headers.h"

namespace annex::http {

/// One media type or range. Parameter values are as sent, trimmed, quotes included. A value.
struct MediaType {
  std::string type{};                                         ///< "application"
  std::string subtype{};                                      ///< "json"
  std::vector<std::pair<std::string, std::string>> params{};  ///< without `q`
  double q = 1;  ///< the weight in an Accept clause; zero does not exclude

  /// "application/json", without parameters.
  std::string essence() const { return type + "/" + subtype; }
  /// The first parameter of that name.
  std::optional<std::string_view> param(std::string_view name) const;
  /// True if this range covers `type/subtype` ("application/json"): equal, `type/*` or `*/*`.
  bool matches(std::string_view essence) const;
};

/// One media type, such as the value of Content-Type; type, subtype and parameter names are made
/// lower case. Empty if it has no slash.
std::optional<MediaType> parse_media_type(std::string_view text);

/// The clauses of an Accept value: larger q first, then a concrete type, then a concrete subtype,
/// otherwise in the order of the text. A lone `*` is `*/*`; clauses without a slash are dropped; an
/// unreadable q is 0. What is compared with them is compared in their own case, as upstream does.
std::vector<MediaType> parse_accept(std::string_view text);

/// The clauses of the first Accept line only, as upstream reads it. Empty if there is no such line
/// or it is blank, which means JSON; `present` (if not null) tells that from a line without any
/// clause.
std::vector<MediaType> accepted(const Headers& headers, bool* present = nullptr);

}  // namespace annex::http
