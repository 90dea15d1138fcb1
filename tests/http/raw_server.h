// A server without TLS that misbehaves as told, one connection after the other.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace annex::http::test {

/// Calls `serve(socket, n)` for the n-th connection, on a thread of its own, and closes the socket.
class RawServer {
 public:
  using Serve = std::function<void(int socket, int number)>;

  explicit RawServer(Serve serve) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      for (int number = 0;; ++number) {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        ++accepted;
        serve(socket, number);
        ::close(socket);
      }
    });
  }
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::atomic<int> accepted{0};

 private:
  const int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// Reads up to the end of a head; empty if the peer closed before.
inline std::string read_head(int socket) {
  std::string head;
  char byte = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(socket, &byte, 1, 0) == 1) {
    head += byte;
  }
  return head.find("\r\n\r\n") == std::string::npos ? std::string() : head;
}

/// False if the peer takes no more.
inline bool send_text(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Returns once the peer has closed.
inline void wait_closed(int socket) {
  char buffer[256];
  while (::recv(socket, buffer, sizeof buffer, 0) > 0) {
  }
}

}  // namespace annex::http::test
