// Opens watches over h2 or h1, lets events be pushed, and says when the last watcher had each:
// watchers PORT h2|h1 CONNECTIONS STREAMS EVENTS. Prints "open", waits for a line on stdin, then
// prints the milliseconds from each push to the last delivery.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Link {
  int socket = -1;
  SSL* ssl = nullptr;
  nghttp2_session* session = nullptr;
  bool h2 = false;
  std::size_t bytes = 0;  ///< of bodies
  std::size_t heads = 0;
};

int port = 0;

void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void flush(Link& link) {
  const std::uint8_t* out = nullptr;
  std::string all;
  for (ssize_t size; (size = nghttp2_session_mem_send(link.session, &out)) > 0;) {
    all.append(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  }
  for (std::size_t at = 0; at < all.size();) {
    const int sent = SSL_write(link.ssl, all.data() + at, static_cast<int>(all.size() - at));
    if (sent > 0)
      at += static_cast<std::size_t>(sent);
    else if (SSL_get_error(link.ssl, sent) != SSL_ERROR_WANT_WRITE)
      die("write");
  }
}

void ask(Link& link, const char* path) {
  if (!link.h2) {
    const std::string text = std::string("GET ") + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
    if (SSL_write(link.ssl, text.data(), static_cast<int>(text.size())) <= 0) die("write");
    return;
  }
  const char* fields[4][2] = {
      {":method", "GET"}, {":scheme", "https"}, {":path", path}, {":authority", "h"}};
  nghttp2_nv nv[4];
  for (int i = 0; i < 4; ++i) {
    nv[i] = {(std::uint8_t*)fields[i][0], (std::uint8_t*)fields[i][1], std::strlen(fields[i][0]),
             std::strlen(fields[i][1]), NGHTTP2_NV_FLAG_NONE};
  }
  if (nghttp2_submit_request(link.session, nullptr, nv, 4, nullptr, nullptr) < 0) die("request");
}

/// Reads what is there.
void read(Link& link) {
  char buffer[65536];
  int got = 0;
  while ((got = SSL_read(link.ssl, buffer, sizeof buffer)) > 0) {
    if (link.h2) {
      if (nghttp2_session_mem_recv(link.session, (std::uint8_t*)buffer, (size_t)got) < 0) die("h2");
      continue;
    }
    // Events are the only bytes that are an 'e' in a run; a head has few of them.
    std::string_view text(buffer, (size_t)got);
    if (text.substr(0, 5) == "HTTP/") {
      ++link.heads;
      const auto end = text.find("\r\n\r\n");
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 4);
    }
    for (const char c : text) link.bytes += c == 'e' || c == '\n';
    for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string_view::npos; ++at)
      --link.bytes;
  }
  if (SSL_get_error(link.ssl, got) != SSL_ERROR_WANT_READ) die("the server ended a connection");
  if (link.h2) flush(link);
}

Link open(SSL_CTX* context, bool h2) {
  Link link;
  link.h2 = h2;
  link.socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(link.socket, (sockaddr*)&address, sizeof address) != 0) die("connect");
  const int on = 1;
  ::setsockopt(link.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  link.ssl = SSL_new(context);
  SSL_set_alpn_protos(link.ssl, (const unsigned char*)(h2 ? "\x02h2" : "\x08http/1.1"), h2 ? 3 : 9);
  SSL_set_fd(link.ssl, link.socket);
  if (SSL_connect(link.ssl) != 1) die("handshake");
  ::fcntl(link.socket, F_SETFL, O_NONBLOCK);
  return link;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  port = std::atoi(argv[1]);
  const bool h2 = std::string(argv[2]) == "h2";
  const int count = std::atoi(argv[3]);
  const int streams = std::atoi(argv[4]);
  const int events = std::atoi(argv[5]);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t*,
                    std::size_t size, void* user) {
        static_cast<Link*>(user)->bytes += size;
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        static_cast<Link*>(user)->heads += frame->hd.type == NGHTTP2_HEADERS;
        return 0;
      });
  const int poller = epoll_create1(0);
  std::vector<std::unique_ptr<Link>> links;
  for (int i = 0; i < count; ++i) {
    links.push_back(std::make_unique<Link>(open(context, h2)));
    Link& link = *links.back();
    if (h2) {
      nghttp2_session_client_new(&link.session, callbacks, &link);
      const nghttp2_settings_entry wide[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
      nghttp2_submit_settings(link.session, NGHTTP2_FLAG_NONE, wide, 1);
      nghttp2_session_set_local_window_size(link.session, NGHTTP2_FLAG_NONE, 0, 1 << 28);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &link;
    epoll_ctl(poller, EPOLL_CTL_ADD, link.socket, &event);
    for (int j = 0; j < (h2 ? streams : 1); ++j) ask(link, "/watch");
    if (h2) flush(link);
  }
  const std::size_t watches =
      static_cast<std::size_t>(count) * static_cast<std::size_t>(h2 ? streams : 1);
  const auto wait = [&](auto done) {
    epoll_event ready[256];
    while (!done()) {
      const int got = epoll_wait(poller, ready, 256, 20000);
      if (got <= 0) die("nothing comes");
      for (int i = 0; i < got; ++i) read(*static_cast<Link*>(ready[i].data.ptr));
    }
  };
  const auto total = [&](auto member) {
    std::size_t sum = 0;
    for (const auto& link : links) sum += (*link).*member;
    return sum;
  };
  wait([&] { return total(&Link::heads) >= watches; });
  Link pusher = open(context, false);
  std::puts("open");
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
  for (int i = 1; i <= events; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    ask(pusher, "/push");
    wait([&] { return total(&Link::bytes) >= watches * 300 * static_cast<std::size_t>(i); });
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.2f\n", took.count());
    char rest[4096];
    pollfd readable{pusher.socket, POLLIN, 0};
    ::poll(&readable, 1, 5000);
    while (SSL_read(pusher.ssl, rest, sizeof rest) > 0) {
    }
  }
  std::fflush(stdout);
  std::getline(std::cin, line);
}
