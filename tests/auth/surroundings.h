// What tests of authentication and authorization have around them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "annex/auth/reviews.h"
#include "annex/http/uri.h"
#include "annex/util/logger.h"
#include "annex/util/manual_clock.h"
#include "tests/kube/scripted_client.h"

namespace annex::auth::testing {

/// What reviews need around them; waits between attempts move the clock.
struct Surroundings {
  util::ManualClock clock{};
  util::SeededRandom random{1};
  util::NullLogger logger{};
  std::shared_ptr<annex::test::ScriptedClient> kube =
      std::make_shared<annex::test::ScriptedClient>();

  Reviewer reviewer() {
    return {kube,
            clock,
            random,
            logger,
            [this](util::TimePoint until) {
              if (until > clock.now()) clock.advance(until - clock.now());
              return true;
            },
            {}};
  }
};

inline http::Request request_with(http::Headers headers) {
  http::Request request;
  request.method = "GET";
  request.target = *http::parse_target("/apis");
  request.headers = std::move(headers);
  return request;
}

inline http::Request with_token(const std::string& token) {
  return request_with({{"Authorization", "Bearer " + token}});
}

}  // namespace annex::auth::testing
