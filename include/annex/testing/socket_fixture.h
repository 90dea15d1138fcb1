// SocketFixture: a server in a test as the world sees it, behind TLS on a port.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "annex/kube/client.h"
#include "annex/server/server.h"

namespace annex::testing {

/// Owns certificates and a kubeconfig in a folder of its own and runs a described server on a free
/// port of the loopback interface, on a store in memory and on the machine's clock. For what
/// `Fixture` cannot show: TLS, HTTP/2, upgrades, clients of other makers. One thread.
class SocketFixture {
 public:
  /// Starts `server`, which outlives the fixture. Throws std::runtime_error with a sentence if it
  /// does not start. `adjust` gets the options that the fixture would take.
  explicit SocketFixture(Server& server, const std::function<void(ServerOptions&)>& adjust = {});
  /// Stops the server.
  ~SocketFixture();
  SocketFixture(const SocketFixture&) = delete;
  SocketFixture& operator=(const SocketFixture&) = delete;

  /// Where it listens, on 127.0.0.1.
  std::uint16_t port() const;
  /// The path of an administrator's kubeconfig, for kubectl and other clients.
  std::string kubeconfig() const;
  /// An administrator's client; goes with the fixture.
  kube::Client& client();
  /// Sends a request with it; `path` is as on the wire, query and all. Throws std::runtime_error if
  /// there is no answer within half a minute.
  kube::Answer send(const std::string& method, const std::string& path,
                    const std::string& body = {});

 private:
  class Running;
  const std::unique_ptr<Running> running_;
};

}  // namespace annex::testing
