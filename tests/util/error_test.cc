#include "annex/util/error.h"

#include <catch2/catch.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "annex/util/logger.h"

using annex::Error;
using annex::Reason;

TEST_CASE("reasons have Kubernetes' names and status codes") {
  const std::tuple<Reason, const char*, int> rows[] = {
      {Reason::kUnknown, "", 500},
      {Reason::kUnauthorized, "Unauthorized", 401},
      {Reason::kForbidden, "Forbidden", 403},
      {Reason::kNotFound, "NotFound", 404},
      {Reason::kMethodNotAllowed, "MethodNotAllowed", 405},
      {Reason::kNotAcceptable, "NotAcceptable", 406},
      {Reason::kAlreadyExists, "AlreadyExists", 409},
      {Reason::kConflict, "Conflict", 409},
      {Reason::kGone, "Gone", 410},
      {Reason::kExpired, "Expired", 410},
      {Reason::kRequestEntityTooLarge, "RequestEntityTooLarge", 413},
      {Reason::kUnsupportedMediaType, "UnsupportedMediaType", 415},
      {Reason::kInvalid, "Invalid", 422},
      {Reason::kTooManyRequests, "TooManyRequests", 429},
      {Reason::kBadRequest, "BadRequest", 400},
      {Reason::kServerTimeout, "ServerTimeout", 500},
      {Reason::kInternalError, "InternalError", 500},
      {Reason::kServiceUnavailable, "ServiceUnavailable", 503},
      {Reason::kTimeout, "Timeout", 504},
  };
  for (const auto& [reason, text, status] : rows) {
    CHECK(annex::util::reason_text(reason) == text);
    CHECK(annex::util::http_status(reason) == status);
  }
}

TEST_CASE("a bad request carries its message and no details") {
  const Error error = Error::bad_request("no");
  CHECK(error.reason == Reason::kBadRequest);
  CHECK(error.message == "no");
  CHECK_FALSE(error.has_details);
}

TEST_CASE("an internal error says so and repeats its cause in the details") {
  const Error error = Error::internal("disk on fire");
  CHECK(error.message == "Internal error occurred: disk on fire");
  REQUIRE(error.details.causes.size() == 1);
  CHECK(error.details.causes[0].message == "disk on fire");
  CHECK(error.has_details);
}

TEST_CASE("an unavailable service may be asked again") {
  CHECK(annex::util::http_status(Error::unavailable("starting").reason) == 503);
}

TEST_CASE("a generic error has details that are present and empty") {
  const Error error = Error::generic(Reason::kNotFound, "the server could not find it");
  CHECK(error.has_details);
  CHECK(error.details == annex::util::ErrorDetails{});
}

TEST_CASE("log fields hold text and numbers") {
  using annex::util::LogField;
  CHECK(LogField("a", "text").value == "text");
  CHECK(LogField("a", -3).value == "-3");
  CHECK(LogField("a", 9000000000LL).value == "9000000000");
  CHECK(LogField("a", 18446744073709551615UL).value == "18446744073709551615");
}

TEST_CASE("the severity of a line is the function's that logs it") {
  using annex::util::Severity;
  class Lines final : public annex::util::Logger {
   public:
    bool enabled(int verbosity) const override { return verbosity == 0; }
    void write(Severity severity, std::string_view message,
               std::initializer_list<annex::util::LogField> fields) override {
      seen.emplace_back(severity, message, fields.size());
    }
    std::vector<std::tuple<Severity, std::string, std::size_t>> seen;
  } lines;
  lines.info("a");
  lines.warning("b", {{"key", "value"}});
  lines.error("c", {{"key", 1}, {"other", 2}});
  CHECK(lines.seen ==
        std::vector<std::tuple<Severity, std::string, std::size_t>>{
            {Severity::kInfo, "a", 0}, {Severity::kWarning, "b", 1}, {Severity::kError, "c", 2}});
}
