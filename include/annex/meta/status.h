// Status: how failures, and successes without an object, are told to a client.
#pragma once

#include <string_view>

#include "annex/json/value.h"
#include "annex/util/error.h"

namespace annex::meta {

/// The `Status` of a failed request (apimachinery `pkg/apis/meta/v1/types.go`).
json::Value status_json(const Error& error);

/// The error that such a Status tells.
Error read_status(const json::Value& status);

/// The `Status` of a deletion. Empty details are left out.
json::Value success_json(std::string_view name, std::string_view group, std::string_view kind,
                         std::string_view uid);

}  // namespace annex::meta
