// One review: a question as JSON, its answer's status.
#pragma once

#include <string>

#include "annex/auth/reviews.h"
#include "annex/json/value.h"

namespace annex::auth {

/// Posts a review and reads the answer. `limit` is for all attempts, `attempt` for each. Any error
/// says why there is no answer, in a sentence for the log.
Result<json::Value> post_review(const Reviewer& reviewer, const std::string& path, std::string body,
                                util::TimePoint limit, util::Duration attempt);

/// The strings of an array; other items are left out.
std::vector<std::string> strings_of(const json::Value* array);

}  // namespace annex::auth
