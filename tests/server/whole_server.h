// A whole server behind a listener of the tests.
#pragma once

#include <functional>
#include <memory>

#include "annex/annex.h"
#include "tests/transport/fixture.h"

namespace annex::test {

/// Believes what a header says.
class Named final : public auth::Authenticator {
 public:
  Result<std::optional<request::UserInfo>> authenticate(const http::Request& request) override {
    request::UserInfo user;
    user.name = std::string(request.headers.first("x-user").value_or("nobody"));
    return std::optional(std::move(user));
  }
  bool may_block() const override { return false; }
};

/// Everybody may do everything.
class Everything final : public auth::Authorizer {
 public:
  auth::Decision authorize(const auth::Attributes&) override {
    return {auth::Verdict::kAllow, "", {}};
  }
  bool may_block() const override { return false; }
};

/// On the memory store, with a clock that stands still.
struct WholeServer {
  /// `describe` gives the server its kinds, `adjust` the listener its options.
  explicit WholeServer(
      const std::function<void(Server&)>& describe, ServerOptions options = {},
      const std::function<void(transport::ListenerOptions&)>& adjust = [](auto&) {}) {
    describe(server);
    server.authenticate(std::make_shared<Named>());
    server.authorize(std::make_shared<Everything>());
    options.listen = false;
    options.store = "memory";
    options.mend_interval = {};
    REQUIRE(server.start(std::move(options), {clock, random, logger}));
    listener = std::make_unique<transport::test::Fixture>(adjust, &server.service());
  }
  ~WholeServer() {
    listener.reset();
    server.stop();
  }

  util::ManualClock clock;  ///< begins when the listener's does
  util::SeededRandom random{1};
  util::NullLogger logger;
  Server server{"bakery"};
  std::unique_ptr<transport::test::Fixture> listener;
};

}  // namespace annex::test
