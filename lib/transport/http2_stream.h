// One stream of an HTTP/2 connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "annex/http/request.h"
#include "transport/body.h"

namespace annex::transport {

/// A request while it arrives.
struct Arriving {
  http::Request request{};
  std::string path{};
  std::string authority{};
  std::string data{};
  std::size_t header_bytes = 0;
  std::size_t body_limit = 0;
  bool head_done = false;
  bool too_large = false;
  util::TimePoint began{};
  util::TimePoint heard{};  ///< when the last of it came
};

/// Kept small: a watch is a stream that lives for an hour.
struct Stream {
  std::unique_ptr<Arriving> arriving{};  ///< until the request is served or refused
  std::optional<Body> body{};
  std::optional<util::TimePoint> wake_at{};
  util::TimePoint moved{};     ///< when the answer last got on, or had nothing to send
  std::uint32_t progress = 0;  ///< bytes sent since
  bool request_done = false;
  bool head_only = false;
  bool answered = false;
  bool deferred = false;  ///< the body has nothing to send
  std::size_t held = 0;   ///< bytes of the request, as counted against the budget
};

}  // namespace annex::transport
