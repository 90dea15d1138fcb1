#include "http/connection.h"

#include <httplib.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tls/openssl.h"

namespace annex::http {
namespace {

using tls::Free;
using tls::reader;
using ContextPtr = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Free<SSL_free>>;
using MethodPtr = std::unique_ptr<BIO_METHOD, Free<BIO_meth_free>>;

constexpr std::size_t kLineBytes = 8 << 10;
constexpr std::size_t kHeadBytes = 64 << 10;
/// The library matches a status line with std::regex, whose stack grows with the line.
constexpr std::size_t kStatusLineBytes = 512;

int no_password(char*, int, int, void*) { return 0; }

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// OpenSSL's own socket BIO would raise SIGPIPE, which is the process owner's to decide upon.
int write_socket(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const auto* const socket = static_cast<const int*>(BIO_get_data(bio));
  const ssize_t wrote = ::send(*socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (wrote < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(wrote);
}

int read_socket(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const auto* const socket = static_cast<const int*>(BIO_get_data(bio));
  const ssize_t got = ::recv(*socket, bytes, static_cast<std::size_t>(size), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long control_socket(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

Error unusable(const std::string& what) {
  ERR_clear_error();
  return Error::bad_request(what + " cannot be used");
}

Result<void> use_identity(SSL_CTX* context, const Endpoint& endpoint) {
  const tls::BioPtr chain = reader(endpoint.certificate_pem);
  const tls::X509Ptr leaf(PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return unusable("the client certificate");
  }
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr)) {
    const tls::X509Ptr owned(next);
    if (SSL_CTX_add1_chain_cert(context, next) != 1) return unusable("the client's chain");
  }
  const tls::BioPtr text = reader(endpoint.key_pem);
  const tls::KeyPtr key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return unusable("the client key");
  }
  return {};
}

class Settings final : public ConnectionSettings {
 public:
  ContextPtr context{};
  MethodPtr method{};
  std::string host{};         ///< for the Host header
  std::string server_name{};  ///< for SNI and verification
  bool verify = true;
};

/// Gives the library's message code to a stream of ours: its own has neither a total deadline nor
/// an end from outside.
class Messages final : public httplib::ClientImpl {
 public:
  Messages() : ClientImpl("unused", 443) {
    set_url_encode(false);
    set_decompress(false);
    set_follow_location(false);
  }
  using ClientImpl::process_request;
};

class Wire final : public Connection, private httplib::Stream {
 public:
  Wire(const Settings& settings, int socket) : settings_(settings), socket_(socket) {}
  ~Wire() override {
    if (ssl_ && complete_) SSL_shutdown(ssl_.get());
    ssl_.reset();
    ::close(socket_);
    ERR_clear_error();
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  Result<void> shake_hands(Patience& patience, util::TimePoint limit, util::WallTime now);
  Result<Incoming> exchange(const Outgoing& request, std::size_t body_bytes,
                            const std::function<bool(std::string_view)>& on_bytes,
                            Patience& patience) override;
  bool reusable() override;
  bool unanswered() const override { return line_ == 0 && received_ == 0; }
  std::vector<std::string> peer_chain() const override;

 private:
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* out, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

  bool fill();
  bool within_bounds(std::string_view taken, std::size_t asked);
  int transfer(bool reading, char* out, const char* bytes, int size, int& why);
  bool wait(short events);
  bool fail(Error error);
  bool broken(const std::string& what);

  const Settings& settings_;
  const int socket_;
  SslPtr ssl_{};
  Patience* patience_ = nullptr;
  std::string input_{};  ///< read from the socket, not yet by the library
  std::size_t position_ = 0;
  std::size_t received_ = 0;  ///< bytes of this answer
  std::size_t line_ = 0;      ///< bytes of the line that is being read
  std::string status_line_{};
  bool status_known_ = false;
  bool in_head_ = true;
  bool complete_ = false;
  std::optional<Error> error_{};
};

bool Wire::fail(Error error) {
  if (!error_) error_ = std::move(error);
  return false;
}

bool Wire::broken(const std::string& what) {
  Error error = Error::unavailable(what);
  error.details.retry_after_seconds = 1;
  return fail(std::move(error));
}

bool Wire::wait(short events) {
  switch (patience_->wait(socket_, events)) {
    case Wake::kReady:
      return true;
    case Wake::kTimeout:
      return fail(late_error("awaiting an answer"));
    case Wake::kStopped:
      return fail(stopped_error());
  }
  return false;
}

Result<void> Wire::shake_hands(Patience& patience, util::TimePoint limit, util::WallTime now) {
  ssl_.reset(SSL_new(settings_.context.get()));
  BIO* const bio = ssl_ ? BIO_new(settings_.method.get()) : nullptr;
  if (!bio) return Error::unavailable("no memory for a TLS connection");
  BIO_set_data(bio, const_cast<int*>(&socket_));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  X509_VERIFY_PARAM_set_time(
      SSL_get0_param(ssl_.get()),
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(now)));
  const std::string& name = settings_.server_name;
  if (is_address(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_.get(), name.c_str());
    SSL_set1_host(ssl_.get(), name.c_str());
    // Only alternative names count, as in Go.
    SSL_set_hostflags(ssl_.get(),
                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  }
  for (;;) {
    ERR_clear_error();
    const int done = SSL_connect(ssl_.get());
    if (done == 1) return {};
    const int why = SSL_get_error(ssl_.get(), done);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) break;
    const Wake wake = patience.wait(socket_, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, limit);
    if (wake == Wake::kStopped) return stopped_error();
    if (wake == Wake::kTimeout) return late_error("shaking hands with " + settings_.host);
  }
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (settings_.verify && verdict != X509_V_OK) {
    return Error::unavailable("tls: failed to verify the certificate of " + settings_.host + ": " +
                              X509_verify_cert_error_string(verdict));
  }
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  return Error::unavailable("tls: handshake with " + settings_.host +
                            " failed: " + (reason ? reason : "connection closed"));
}

/// One SSL or socket operation; at most 0 if it could not be done, and then `why`.
int Wire::transfer(bool reading, char* out, const char* bytes, int size, int& why) {
  const auto room = static_cast<std::size_t>(size);
  if (ssl_) {
    ERR_clear_error();
    const int done = reading ? SSL_read(ssl_.get(), out, size) : SSL_write(ssl_.get(), bytes, size);
    why = done > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), done);
    return done;
  }
  const ssize_t done =
      reading ? ::recv(socket_, out, room, 0) : ::send(socket_, bytes, room, MSG_NOSIGNAL);
  if (done > 0) return static_cast<int>(done);
  const bool again = done < 0 && (errno == EAGAIN || errno == EINTR);
  why = again ? (reading ? SSL_ERROR_WANT_READ : SSL_ERROR_WANT_WRITE)
              : (done == 0 ? SSL_ERROR_ZERO_RETURN : SSL_ERROR_SYSCALL);
  return static_cast<int>(done);
}

ssize_t Wire::write(const char* bytes, std::size_t size) {
  constexpr std::size_t kAtOnce = 1 << 20;
  if (size == 0) return 0;
  for (;;) {
    int why = 0;
    const int done =
        transfer(false, nullptr, bytes, static_cast<int>(std::min(size, kAtOnce)), why);
    if (done > 0) return done;
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
      broken("write: connection reset by peer");
      return -1;
    }
    if (!wait(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) return -1;
  }
}

/// False at the end of the input; an error_ tells an end that should not be.
bool Wire::fill() {
  char buffer[16 << 10];
  for (;;) {
    int why = 0;
    const int done = transfer(true, buffer, nullptr, static_cast<int>(sizeof buffer), why);
    if (done > 0) {
      input_.assign(buffer, static_cast<std::size_t>(done));
      position_ = 0;
      return true;
    }
    if (why == SSL_ERROR_ZERO_RETURN) return false;
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
      return broken("read: connection reset by peer");
    }
    if (!wait(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) return false;
  }
}

/// Bounds what the library reads byte by byte: the head, and the lines between chunks.
bool Wire::within_bounds(std::string_view taken, std::size_t asked) {
  received_ += taken.size();
  if (in_head_ && received_ > kHeadBytes) {
    return fail(Error::unavailable("the answer's head is too large"));
  }
  if (asked != 1) return true;
  if (!status_known_) {
    status_line_ += taken;
    status_known_ = taken.front() == '\n';
    if (status_line_.size() > kStatusLineBytes) {
      return fail(Error::unavailable("malformed HTTP response: no status line"));
    }
    // The library would read any number of interim answers.
    if (status_known_ && status_line_.substr(8, 2) == " 1") {
      return fail(Error::unavailable("malformed HTTP response: an interim answer"));
    }
  }
  line_ = taken.front() == '\n' ? 0 : line_ + 1;
  return line_ <= kLineBytes ||
         fail(Error::unavailable("malformed HTTP response: a line too long"));
}

ssize_t Wire::read(char* out, std::size_t size) {
  if (size == 0) return 0;
  if (position_ == input_.size() && !fill()) return error_ ? -1 : 0;
  const std::size_t count = std::min(size, input_.size() - position_);
  std::memcpy(out, input_.data() + position_, count);
  position_ += count;
  return within_bounds({out, count}, size) ? static_cast<ssize_t>(count) : -1;
}

Result<Incoming> Wire::exchange(const Outgoing& request, std::size_t body_bytes,
                                const std::function<bool(std::string_view)>& on_bytes,
                                Patience& patience) {
  patience_ = &patience;
  received_ = line_ = 0;
  status_line_.clear();
  status_known_ = complete_ = false;
  in_head_ = true;
  error_.reset();

  httplib::Request out;
  out.method = request.method;
  out.path = request.target;
  out.headers.emplace("Host", settings_.host);
  for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
  out.body = request.body;
  Incoming incoming;
  bool ended = false;
  out.response_handler = [&](const httplib::Response& head) {
    in_head_ = false;
    incoming.status = head.status;
    return true;
  };
  out.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t, std::uint64_t) {
    if (on_bytes && incoming.status == 200) {
      ended = !on_bytes({bytes, size});
      return !ended;
    }
    if (incoming.body.size() + size > body_bytes) {
      return fail(
          Error::unavailable("the answer is larger than " + std::to_string(body_bytes) + " bytes"));
    }
    incoming.body.append(bytes, size);
    return true;
  };

  Messages messages;
  httplib::Response in;
  httplib::Error fault = httplib::Error::Success;
  const bool done = messages.process_request(*this, out, in, false, fault);
  patience_ = nullptr;
  if (!done && !ended) {
    if (error_) return *error_;
    broken(unanswered() ? "EOF" : "unexpected EOF");
    return *error_;
  }
  incoming.status = in.status;
  for (const auto& [name, value] : in.headers) incoming.headers.add(name, value);
  // Both framings at once, or neither, leave open where the next answer begins.
  const bool chunked = in.has_header("Transfer-Encoding");
  const bool framed = chunked != in.has_header("Content-Length") || in.status == 204;
  complete_ = done && framed && position_ == input_.size() && in.version == "HTTP/1.1" &&
              !iequals(in.get_header_value("Connection"), "close");
  return incoming;
}

std::vector<std::string> Wire::peer_chain() const {
  std::vector<std::string> chain;
  const STACK_OF(X509)* const shown = ssl_ ? SSL_get_peer_cert_chain(ssl_.get()) : nullptr;
  for (int i = 0; shown != nullptr && i < sk_X509_num(shown); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(shown, i), &der);
    if (size <= 0) continue;
    chain.emplace_back(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  return chain;
}

bool Wire::reusable() {
  if (!complete_) return false;
  // Nobody has asked anything: whatever can be read now is the end, or what no answer may be.
  char byte = 0;
  if (!ssl_) return ::recv(socket_, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
  ERR_clear_error();
  const int got = SSL_peek(ssl_.get(), &byte, 1);
  return got <= 0 && SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ;
}

}  // namespace

Result<std::shared_ptr<const ConnectionSettings>> ConnectionSettings::make(
    const Endpoint& endpoint) {
  auto settings = std::make_shared<Settings>();
  settings->host =
      endpoint.host.find(':') == std::string::npos ? endpoint.host : "[" + endpoint.host + "]";
  if (endpoint.port != (endpoint.tls ? 443 : 80)) {
    settings->host += ":" + std::to_string(endpoint.port);
  }
  settings->server_name = endpoint.server_name.empty() ? endpoint.host : endpoint.server_name;
  settings->verify = !endpoint.skip_verify;
  if (!endpoint.tls) return std::shared_ptr<const ConnectionSettings>(std::move(settings));

  settings->method.reset(BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "annex socket"));
  settings->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = settings->context.get();
  if (!context || !settings->method) return Error::internal("no TLS context could be made");
  BIO_meth_set_write(settings->method.get(), write_socket);
  BIO_meth_set_read(settings->method.get(), read_socket);
  BIO_meth_set_ctrl(settings->method.get(), control_socket);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  static constexpr unsigned char kProtocol[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context, kProtocol, sizeof kProtocol - 1);
  SSL_CTX_set_verify(context, settings->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (endpoint.ca_pem.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else {
    const auto roots = tls::Certificate::from_pem(endpoint.ca_pem);
    if (!roots) return Error::bad_request("certificate authority: " + roots.error().message);
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    // Whatever is named is trusted, be it no root itself, as in Go.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    for (const tls::Certificate& root : *roots) {
      if (X509_STORE_add_cert(store, root.impl().x509.get()) != 1) {
        return unusable("the certificate authority");
      }
    }
  }
  if (!endpoint.certificate_pem.empty() || !endpoint.key_pem.empty()) {
    if (Result<void> used = use_identity(context, endpoint); !used) return used.error();
  }
  ERR_clear_error();
  return std::shared_ptr<const ConnectionSettings>(std::move(settings));
}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionSettings& settings, int socket,
                                                     Patience& patience, util::TimePoint limit,
                                                     util::WallTime now) {
  const auto& ours = static_cast<const Settings&>(settings);
  auto wire = std::make_unique<Wire>(ours, socket);
  if (ours.context) {
    if (Result<void> shaken = wire->shake_hands(patience, limit, now); !shaken)
      return shaken.error();
  }
  return std::unique_ptr<Connection>(std::move(wire));
}

}  // namespace annex::http
