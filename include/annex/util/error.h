// Error: the one error type below `server`. Its codes are the reasons of a Kubernetes Status.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace annex::util {

/// Why a request failed, in the words of Kubernetes (apimachinery `pkg/apis/meta/v1/types.go`).
enum class Reason {
  kUnknown,                ///< 500 with an empty reason: an error that is none of those below.
  kUnauthorized,           ///< 401: who is calling could not be established.
  kForbidden,              ///< 403: known, and not allowed.
  kNotFound,               ///< 404: no such object, or no such path.
  kMethodNotAllowed,       ///< 405: the path is known, the method is not.
  kNotAcceptable,          ///< 406: none of the accepted media types can be produced.
  kAlreadyExists,          ///< 409: choose another name.
  kConflict,               ///< 409: somebody else wrote in between; read again and repeat.
  kGone,                   ///< 410: will not come back; list anew.
  kExpired,                ///< 410: the asked revision is compacted; list anew.
  kRequestEntityTooLarge,  ///< 413: send less.
  kUnsupportedMediaType,   ///< 415: the body's media type is none that is read here.
  kInvalid,                ///< 422: decoded, but one or more fields are wrong (see the causes).
  kTooManyRequests,        ///< 429: wait as long as told, then send again.
  kBadRequest,             ///< 400: could not be understood at all.
  kServerTimeout,          ///< 500: the store did not answer in time; repeating it is safe.
  kInternalError,          ///< 500: a broken promise inside the server.
  kServiceUnavailable,     ///< 503: not now (starting, stopping); retry as it is.
  kTimeout,                ///< 504: the request's own deadline passed.
};

/// "NotFound" for kNotFound; empty for kUnknown.
std::string_view reason_text(Reason reason);
/// The HTTP status code that belongs to a reason.
int http_status(Reason reason);

/// One entry of a Status' `details.causes`.
struct Cause {
  std::string reason{};   ///< the cause's type, such as "FieldValueInvalid"
  std::string message{};  ///< without the field
  std::string field{};    ///< such as "spec.items[2].name"

  bool operator==(const Cause&) const = default;
};

/// The `details` of a Status. Members that are empty are not written.
struct ErrorDetails {
  std::string name{};           ///< of the object
  std::string group{};          ///< of its kind
  std::string kind{};           ///< the plural resource for most reasons, the Kind for kInvalid
  std::string uid{};            ///< of the object
  std::vector<Cause> causes{};  ///< field by field
  int retry_after_seconds{};    ///< 0: not told

  bool operator==(const ErrorDetails&) const = default;
};

/// A failed call's answer: a value, copied freely. `message` is a sentence that kubectl can show.
struct Error {
  Reason reason = Reason::kUnknown;  ///< what the client may do
  std::string message{};             ///< a sentence
  ErrorDetails details{};            ///< of a Status
  bool has_details = false;          ///< writes `"details":{}` even if all members are empty
  std::string continue_token{};      ///< the `metadata.continue` of an expired list

  /// Each has the reason that its name says; `message` is a sentence for the client.
  static Error bad_request(std::string message);
  static Error internal(std::string_view message);
  static Error unavailable(std::string message);
  /// `message` as upstream's generic answer, with present and empty details.
  static Error generic(Reason reason, std::string message);

  bool operator==(const Error&) const = default;
};

}  // namespace annex::util

namespace annex {
using util::Error;
using util::Reason;
}  // namespace annex
