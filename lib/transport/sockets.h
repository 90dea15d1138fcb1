// Sockets and their addresses.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "annex/util/result.h"

namespace annex::transport {

/// A socket that listens, for the caller to close. `address`: of IPv4 or IPv6; `port` 0: any.
/// BadRequest: that is no address; ServiceUnavailable: why it cannot be bound.
Result<int> listen_on(const std::string& address, std::uint16_t port, bool share_port);
/// 0 if the socket is bound to none.
std::uint16_t bound_port(int socket);
/// The IP address without its port; an IPv4 address that came as an IPv6 one is shown as IPv4.
std::string address_text(const sockaddr_storage& address);
/// Of this end of a connection; empty if there is none.
std::string local_address(int socket);

}  // namespace annex::transport
