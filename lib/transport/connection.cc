#include "transport/connection.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace annex::transport {
namespace {

// What is read at once from one connection, so that one busy peer leaves room for the others.
constexpr int kReads = 16;
constexpr std::size_t kReadSize = 4 << 10;
constexpr std::uint64_t kRequests = 32;
/// Writing gets on if so much is sent within the limit for stalls.
constexpr std::size_t kProgress = 1024;
/// How long a refused peer may go on sending before its socket is closed under it.
constexpr auto kLingerTime = std::chrono::seconds(2);

/// What SSL_get_error() tells depends on it. There is hardly ever one, and looking costs less.
void clear_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

http::PeerChain presented_chain(SSL* ssl) {
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr) return nullptr;
  auto chain = std::make_shared<std::vector<std::string>>();
  chain->push_back(der_of(leaf));
  if (STACK_OF(X509)* rest = SSL_get_peer_cert_chain(ssl)) {
    for (int i = 0; i < sk_X509_num(rest); ++i) {
      chain->push_back(der_of(sk_X509_value(rest, i)));
    }
  }
  return chain;
}

}  // namespace

std::unique_ptr<Connection> Connection::make(int socket, TlsContext context, Peer peer,
                                             util::TimePoint now) {
  SSL* ssl = SSL_new(context.get());
  if (ssl == nullptr || SSL_set_fd(ssl, socket) != 1) {
    SSL_free(ssl);
    ::close(socket);
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return std::unique_ptr<Connection>(
      new Connection(socket, std::move(context), ssl, std::move(peer), now));
}

Connection::Connection(int socket, TlsContext context, SSL* ssl, Peer peer, util::TimePoint now)
    : socket_(socket),
      context_(std::move(context)),
      ssl_(ssl, SSL_free),
      peer_(std::move(peer)),
      since_(now) {}

Connection::~Connection() { ::close(socket_); }

void Connection::on_socket(util::TimePoint now) {
  if (state_ == State::kHandshake) handshake(now);
  if (state_ == State::kOpen) read(now);
  if (state_ == State::kLinger) linger();
  if (state_ == State::kOpen) pump(now);
}

void Connection::on_hang_up(util::TimePoint now) {
  // What the peer sent before is read first; if nothing is to be read, nobody is left to answer.
  if (state_ == State::kOpen && !wants_read()) {
    state_ = State::kDead;
  } else {
    on_socket(now);
  }
}

void Connection::handshake(util::TimePoint now) {
  clear_errors();
  const int result = SSL_do_handshake(ssl_.get());
  wants_write_ = false;
  if (result != 1) {
    const int error = SSL_get_error(ssl_.get(), result);
    wants_write_ = error == SSL_ERROR_WANT_WRITE;
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) state_ = State::kDead;
    return;
  }
  peer_.chain = presented_chain(ssl_.get());
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  const bool h2 = std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
  protocol_ = h2 ? make_http2(peer_, now) : make_http1(peer_, now);
  state_ = protocol_ ? State::kOpen : State::kDead;
  since_ = now;
  if (protocol_ && draining_) protocol_->drain(now);
  if (const util::Duration age = peer_.limits.connection_age; age > util::Duration::zero()) {
    // Spread, so that not all clients of a restarted server come back at once.
    drain_at_ = now + age + age / 8 * static_cast<int>(peer_.connection % 16) / 16;
  }
}

bool Connection::wants_read() const {
  if (state_ == State::kOpen) return !input_ended_ && protocol_->wants_input();
  return state_ != State::kDead;
}

void Connection::read(util::TimePoint now) {
  char buffer[kReadSize];
  leftover_ = true;
  const std::uint64_t enough = protocol_->requests() + kRequests;
  for (int i = 0; i < kReads && wants_read() && !protocol_->finished(); ++i) {
    if (protocol_->requests() >= enough) return;
    clear_errors();
    const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (got > 0) {
      protocol_->feed(std::string_view(buffer, static_cast<std::size_t>(got)), now);
      if (static_cast<std::size_t>(got) == sizeof buffer || SSL_has_pending(ssl_.get()) == 1) {
        continue;
      }
      // Asking the socket for more would most often be in vain; the loop tells if there is some.
      leftover_ = false;
      return;
    }
    leftover_ = false;
    const int error = SSL_get_error(ssl_.get(), got);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    if (error != SSL_ERROR_ZERO_RETURN) {
      state_ = State::kDead;
      return;
    }
    input_ended_ = true;
    protocol_->feed_end(now);
  }
}

void Connection::pump(util::TimePoint now) {
  while (state_ == State::kOpen) {
    const std::size_t high = peer_.limits.output_high_water;
    if (out_.size() < high) protocol_->produce(out_, high - out_.size(), now);
    if (out_.empty()) {
      if (protocol_->finished()) {
        begin_linger(now);
      } else if (protocol_->output_ended()) {
        end_output();
      }
      return;
    }
    if (!write(now)) return;
  }
}

/// Tells the peer that no more will come, and goes on reading.
void Connection::end_output() {
  if (output_ended_) return;
  clear_errors();
  const int result = SSL_shutdown(ssl_.get());
  output_ended_ = result >= 0;
  wants_write_ = result < 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_WRITE;
}

/// True once everything is with the socket.
bool Connection::write(util::TimePoint now) {
  wants_write_ = false;
  while (written_ < out_.size()) {
    clear_errors();
    const std::size_t size = std::min<std::size_t>(out_.size() - written_, 1 << 20);
    const int sent = SSL_write(ssl_.get(), out_.data() + written_, static_cast<int>(size));
    if (sent > 0) {
      written_ += static_cast<std::size_t>(sent);
      progress_ += static_cast<std::size_t>(sent);
      if (progress_ >= kProgress) {
        progress_ = 0;
        since_ = now;
      }
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), sent);
    if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) {
      wants_write_ = error == SSL_ERROR_WANT_WRITE;
    } else {
      state_ = State::kDead;
    }
    return false;
  }
  written_ = 0;
  out_.clear();
  // An idle connection keeps no buffer.
  if (out_.capacity() > 4096) std::string().swap(out_);
  since_ = now;
  progress_ = 0;
  return true;
}

void Connection::begin_linger(util::TimePoint now) {
  clear_errors();
  SSL_shutdown(ssl_.get());
  protocol_.reset();
  // Closing with unread input would reset the connection and take the answer with it.
  if (input_ended_ || ::shutdown(socket_, SHUT_WR) != 0) {
    state_ = State::kDead;
    return;
  }
  state_ = State::kLinger;
  since_ = now;
  linger();
}

void Connection::linger() {
  char buffer[kReadSize];
  for (int i = 0; i < kReads; ++i) {
    const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got > 0) continue;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    state_ = State::kDead;
    return;
  }
}

void Connection::answer(std::uint64_t stream, std::optional<http::Response>&& response,
                        util::TimePoint now) {
  if (state_ == State::kOpen) protocol_->answer(stream, std::move(response), now);
}

void Connection::wake(std::uint64_t stream, util::TimePoint now) {
  if (state_ == State::kOpen) protocol_->wake(stream, now);
}

void Connection::drain(util::TimePoint now) {
  draining_ = true;
  if (state_ == State::kHandshake) state_ = State::kDead;
  if (state_ == State::kOpen) protocol_->drain(now);
}

std::optional<util::TimePoint> Connection::deadline() const {
  switch (state_) {
    case State::kHandshake:
      return since_ + peer_.limits.handshake_time;
    case State::kLinger:
      return since_ + kLingerTime;
    case State::kDead:
      return std::nullopt;
    case State::kOpen:
      break;
  }
  auto due = protocol_->deadline();
  if (!out_.empty()) {
    const auto stall = since_ + peer_.limits.write_stall_time;
    due = due ? std::min(*due, stall) : stall;
  }
  if (drain_at_) due = due ? std::min(*due, *drain_at_) : *drain_at_;
  return due;
}

void Connection::expire(util::TimePoint now) {
  if (state_ == State::kHandshake || state_ == State::kLinger) {
    if (now >= *deadline()) state_ = State::kDead;
    return;
  }
  if (state_ != State::kOpen) return;
  if (!out_.empty() && now >= since_ + peer_.limits.write_stall_time) {
    state_ = State::kDead;
    return;
  }
  if (drain_at_ && now >= *drain_at_) {
    drain_at_.reset();
    protocol_->retire(now);
  }
  protocol_->expire(now);
}

}  // namespace annex::transport
