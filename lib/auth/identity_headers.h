// Headers whose names carry keys: X-Remote-Extra-<key>, Impersonate-Extra-<key>.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "annex/http/headers.h"
#include "annex/request/user.h"

namespace annex::auth {

/// True if `name` begins with `prefix`, without regard to ASCII case.
bool has_prefix(std::string_view name, std::string_view prefix);
/// The rest of a header's name after `prefix`, in lower case, then percent-decoded; kept as it is
/// if an escape is malformed. Nothing if the name does not begin with it.
std::optional<std::string> extra_key(std::string_view name, std::string_view prefix);
/// Appends to the values of `key`.
void add_extra(request::UserInfo& user, const std::string& key, std::string value);
/// Removes every line whose name begins with `prefix`.
void remove_prefixed(http::Headers& headers, std::string_view prefix);

}  // namespace annex::auth
