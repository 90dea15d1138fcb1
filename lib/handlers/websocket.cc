#include "handlers/websocket.h"

#include <algorithm>

#include "annex/schema/formats.h"
#include "annex/tls/digest.h"

namespace annex::handlers {
namespace {

constexpr std::size_t kMaxControl = 125;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kPolicyViolation = 1008;

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Calls `visit` with each item of a header's comma-separated lists until it returns true; whether
/// it did.
template <typename Visit>
bool any_item(const http::Headers& headers, std::string_view name, Visit visit) {
  for (std::string_view line : headers.all(name)) {
    while (true) {
      const std::size_t comma = line.find(',');
      if (visit(trim(line.substr(0, comma)))) return true;
      if (comma == std::string_view::npos) break;
      line.remove_prefix(comma + 1);
    }
  }
  return false;
}

bool has_item(const http::Headers& headers, std::string_view name, std::string_view wanted) {
  return any_item(headers, name,
                  [wanted](std::string_view item) { return http::iequals(item, wanted); });
}

bool is_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

bool is_websocket_request(const http::Request& request) {
  return has_item(request.headers, "Upgrade", "websocket") &&
         has_item(request.headers, "Connection", "upgrade");
}

Result<http::Response> accept_websocket(const http::Request& request,
                                        std::unique_ptr<http::Duplex> duplex) {
  const auto keys = request.headers.all("Sec-WebSocket-Key");
  const auto decoded =
      keys.size() == 1 ? schema::parse_base64(keys[0]) : std::optional<std::string>();
  if (request.protocol != "HTTP/1.1" || request.method != "GET" || !decoded ||
      decoded->size() != 16) {
    return Error::bad_request("the WebSocket handshake is malformed");
  }
  if (request.headers.first("Sec-WebSocket-Version") != std::string_view("13")) {
    return Error::bad_request("only version 13 of WebSocket is served");
  }
  http::Response response;
  // The text is RFC 6455's, section 1.3.
  response.headers.add("Sec-WebSocket-Accept",
                       schema::write_base64(tls::sha1(std::string(keys[0]) +
                                                      "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
  any_item(request.headers, "Sec-WebSocket-Protocol", [&response](std::string_view item) {
    if (item.empty() || item.find("bearer.authorization.k8s.io") != std::string_view::npos) {
      return false;
    }
    response.headers.add("Sec-WebSocket-Protocol", std::string(item));
    return true;
  });
  response.body = http::Upgrade{"websocket", std::move(duplex)};
  return response;
}

void append_websocket_head(std::string& out, WebSocketOpcode opcode, std::size_t size) {
  out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  const auto append_number = [&out, size](int bytes) {
    for (int i = bytes - 1; i >= 0; --i) {
      out += static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * i));
    }
  };
  if (size <= kMaxControl) {
    out += static_cast<char>(size);
  } else if (size <= 0xffff) {
    out += static_cast<char>(126);
    append_number(2);
  } else {
    out += static_cast<char>(127);
    append_number(8);
  }
}

bool WebSocketReader::fail() {
  closed_ = true;
  close_code_ = kProtocolError;
  return false;
}

/// True if a frame's head is complete and allowed.
bool WebSocketReader::read_head() {
  const auto byte = [this](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(head_[i]));
  };
  if (head_.size() < 2) return false;
  const std::uint64_t short_size = byte(1) & 0x7fU;
  const std::size_t size_bytes = short_size == 126 ? 2 : short_size == 127 ? 8 : 0;
  // Clients must mask, and nothing was agreed on that the reserved bits could mean.
  if ((byte(1) & 0x80U) == 0 || (byte(0) & 0x70U) != 0) return fail();
  if (head_.size() < 2 + size_bytes + 4) return false;
  left_ = short_size;
  if (size_bytes > 0) {
    left_ = 0;
    for (std::size_t i = 0; i < size_bytes; ++i) left_ = left_ << 8U | byte(2 + i);
  }
  if (left_ >> 63U != 0) return fail();
  mask_ = head_.substr(2 + size_bytes);
  mask_at_ = 0;
  final_ = (byte(0) & 0x80U) != 0;
  opcode_ = static_cast<WebSocketOpcode>(byte(0) & 0x0fU);
  switch (opcode_) {
    case WebSocketOpcode::kContinuation:
      if (!in_message_) return fail();
      in_message_ = !final_;
      break;
    case WebSocketOpcode::kText:
    case WebSocketOpcode::kBinary:
      if (in_message_) return fail();
      in_message_ = !final_;
      break;
    case WebSocketOpcode::kClose:
    case WebSocketOpcode::kPing:
    case WebSocketOpcode::kPong:
      if (!final_ || left_ > kMaxControl) return fail();
      break;
    default:
      return fail();
  }
  head_.clear();
  control_.clear();
  in_payload_ = true;
  return true;
}

bool WebSocketReader::end_frame() {
  in_payload_ = false;
  if (opcode_ == WebSocketOpcode::kPing) ping_ = std::exchange(control_, {});
  if (opcode_ != WebSocketOpcode::kClose) return true;
  closed_ = true;
  if (control_.empty()) return false;
  if (control_.size() == 1) return fail();
  const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(control_[0]) << 8U |
                                               static_cast<unsigned char>(control_[1]));
  if (!is_close_code(code)) return fail();
  close_code_ = code;
  return false;
}

bool WebSocketReader::deliver(std::string_view bytes) {
  std::string plain(bytes);
  for (char& c : plain) c = static_cast<char>(c ^ mask_[mask_at_++ % 4]);
  return plain.empty() || take_(plain);
}

bool WebSocketReader::feed(std::string_view bytes) {
  while (!closed_) {
    if (!in_payload_) {
      if (bytes.empty()) return true;
      head_ += bytes.front();
      bytes.remove_prefix(1);
      if (!read_head()) continue;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    if (opcode_ >= WebSocketOpcode::kClose) {
      for (std::size_t i = 0; i < size; ++i) {
        control_ += static_cast<char>(bytes[i] ^ mask_[mask_at_++ % 4]);
      }
    }
    if (opcode_ < WebSocketOpcode::kClose && take_ && !deliver(bytes.substr(0, size))) {
      closed_ = true;
      close_code_ = kPolicyViolation;
      return false;
    }
    bytes.remove_prefix(size);
    left_ -= size;
    if (left_ > 0) return true;
    end_frame();
  }
  return false;
}

std::optional<std::string> WebSocketReader::take_ping() {
  return std::exchange(ping_, std::nullopt);
}

}  // namespace annex::handlers
