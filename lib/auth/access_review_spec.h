// The question of a SubjectAccessReview.
#pragma once

#include <string>

#include "annex/auth/authorizer.h"

namespace annex::auth {

/// The `spec` as JSON, members in upstream's order: what is sent, and by what a decision is
/// remembered.
std::string access_review_spec(const Attributes& attributes);

/// False for questions so long that upstream does not remember their decisions.
bool is_worth_remembering(const request::RequestInfo& info);

}  // namespace annex::auth
