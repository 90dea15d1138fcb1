// The upgrade seam: a connection handed over after "101 Switching Protocols".
#pragma once

#include <string_view>

#include "annex/http/body_source.h"

namespace annex::http {

/// Both directions of an upgraded HTTP/1.1 connection. The outgoing one is pulled like any body:
/// after kEnd the peer is told that no more will come, and the connection closes once the peer has
/// ended, too, or the limit for that has passed; after kAbort once what was appended is out. Owned
/// by the connection; all calls come from its IO thread.
class Duplex : public BodySource {
 public:
  /// Bytes from the peer, those that followed the request's head included. False refuses more and
  /// closes the connection.
  virtual bool receive(std::string_view bytes) = 0;
  /// The peer will send no more.
  virtual void receive_end() = 0;
};

}  // namespace annex::http
