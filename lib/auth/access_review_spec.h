// The question of a SubjectAccessReview.
#pragma once

#include <string>

#include "annex/auth/authorizer.h"

namespace annex::auth {

/// The `spec` as JSON, members in upstream's order: what is sent.
std::string access_review_spec(const Attributes& attributes);

/// All that the spec is made of: by this a decision is remembered, and found with every request.
std::string decision_key(const Attributes& attributes);

/// False for questions so long that upstream does not remember their decisions.
bool is_worth_remembering(const request::RequestInfo& info);

}  // namespace annex::auth
