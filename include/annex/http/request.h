// A complete HTTP request as the layers above transport see it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "annex/http/headers.h"
#include "annex/http/uri.h"
#include "annex/util/bytes.h"
#include "annex/util/clock.h"

namespace annex::http {

/// The certificates that a peer presented, leaf first, each in DER. Shared by all requests of a
/// connection; presented does not mean verified.
using PeerChain = std::shared_ptr<const std::vector<std::string>>;

/// A value; the body is complete.
struct Request {
  std::string method{};          ///< in capitals
  Target target{};               ///< path and query
  Headers headers{};             ///< all lines, in order
  util::Bytes body{};            ///< complete
  std::string protocol{};        ///< "HTTP/1.1" or "HTTP/2.0"
  std::string remote_address{};  ///< without the port
  PeerChain peer_chain{};        ///< null if the peer presented none
  util::TimePoint received{};    ///< when its last byte came
};

}  // namespace annex::http
