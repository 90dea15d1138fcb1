// A response: a status, headers, and bytes, a source or an upgrade.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "annex/http/body_source.h"
#include "annex/http/duplex.h"
#include "annex/http/headers.h"
#include "annex/util/bytes.h"

namespace annex::http {

/// Hands the connection over. HTTP/1.1 only; the transport writes the 101 with these headers.
struct Upgrade {
  std::string protocol{};            ///< as the Upgrade header names it
  std::unique_ptr<Duplex> duplex{};  ///< what the connection becomes
};

/// Moved, not copied. The transport adds Date, Content-Length or Transfer-Encoding, and nothing
/// else.
struct Response {
  int status = 200;                                                         ///< 200 and so on
  Headers headers{};                                                        ///< all lines, in order
  std::variant<util::Chunks, std::unique_ptr<BodySource>, Upgrade> body{};  ///< which of the three
  /// Ends the connection after this answer (HTTP/1.1: Connection: close; HTTP/2: GOAWAY).
  bool close_connection = false;

  /// A complete answer.
  static Response text(int status, std::string content_type, std::string body);
  /// The complete body's bytes, joined. Requires: the body is no source and no upgrade.
  std::string body_text() const;
};

}  // namespace annex::http
