#include "http/peer.h"

#include "http/connection.h"
#include "http/dial.h"

namespace annex::http {

Result<std::vector<std::string>> shown_chain(Endpoint endpoint, util::TimePoint deadline,
                                             util::Clock& clock) {
  endpoint.skip_verify = true;
  const auto settings = ConnectionSettings::make(endpoint);
  if (!settings) return settings.error();
  Patience patience(clock, deadline);
  Dialler dialler(clock, deadline - clock.now());
  const Result<int> socket = dialler.connect(endpoint.host, endpoint.port, patience);
  if (!socket) return socket.error();
  const Result<std::unique_ptr<Connection>> connection =
      Connection::open(**settings, *socket, patience, deadline, clock.wall_now());
  if (!connection) return connection.error();
  return (*connection)->peer_chain();
}

}  // namespace annex::http
