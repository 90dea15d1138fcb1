#include "annex/util/error.h"

#include <array>

namespace annex::util {
namespace {

struct ReasonRow {
  Reason reason;
  std::string_view text;
  int status;
};

constexpr std::array kReasons{
    ReasonRow{Reason::kUnknown, "", 500},
    ReasonRow{Reason::kUnauthorized, "Unauthorized", 401},
    ReasonRow{Reason::kForbidden, "Forbidden", 403},
    ReasonRow{Reason::kNotFound, "NotFound", 404},
    ReasonRow{Reason::kMethodNotAllowed, "MethodNotAllowed", 405},
    ReasonRow{Reason::kNotAcceptable, "NotAcceptable", 406},
    ReasonRow{Reason::kAlreadyExists, "AlreadyExists", 409},
    ReasonRow{Reason::kConflict, "Conflict", 409},
    ReasonRow{Reason::kGone, "Gone", 410},
    ReasonRow{Reason::kExpired, "Expired", 410},
    ReasonRow{Reason::kRequestEntityTooLarge, "RequestEntityTooLarge", 413},
    ReasonRow{Reason::kUnsupportedMediaType, "UnsupportedMediaType", 415},
    ReasonRow{Reason::kInvalid, "Invalid", 422},
    ReasonRow{Reason::kTooManyRequests, "TooManyRequests", 429},
    ReasonRow{Reason::kBadRequest, "BadRequest", 400},
    ReasonRow{Reason::kServerTimeout, "ServerTimeout", 500},
    ReasonRow{Reason::kInternalError, "InternalError", 500},
    ReasonRow{Reason::kServiceUnavailable, "ServiceUnavailable", 503},
    ReasonRow{Reason::kTimeout, "Timeout", 504},
};

const ReasonRow& row(Reason reason) {
  for (const ReasonRow& candidate : kReasons) {
    if (candidate.reason == reason) return candidate;
  }
  return kReasons.front();
}

Error make(Reason reason, std::string message) {
  Error error;
  error.reason = reason;
  error.message = std::move(message);
  return error;
}

}  // namespace

std::string_view reason_text(Reason reason) { return row(reason).text; }

int http_status(Reason reason) { return row(reason).status; }

Error Error::bad_request(std::string message) {
  return make(Reason::kBadRequest, std::move(message));
}

Error Error::internal(std::string_view message) {
  Error error = make(Reason::kInternalError, "Internal error occurred: " + std::string(message));
  error.details.causes.push_back({.message = std::string(message)});
  error.has_details = true;
  return error;
}

Error Error::unavailable(std::string message) {
  return make(Reason::kServiceUnavailable, std::move(message));
}

Error Error::generic(Reason reason, std::string message) {
  Error error = make(reason, std::move(message));
  error.has_details = true;
  return error;
}

}  // namespace annex::util
