// Digests of texts.
#pragma once

#include <string>
#include <string_view>

struct evp_mac_ctx_st;  // OpenSSL's

namespace annex::tls {

/// The raw 20 bytes. Broken: only where a protocol asks for it, as WebSocket does.
std::string sha1(std::string_view text);
/// The raw 32 bytes.
std::string sha256(std::string_view text);
/// HMAC-SHA-256 with one key, which is prepared once: for short texts that is most of the work.
/// Any thread.
class HmacSha256 {
 public:
  /// Of any length.
  explicit HmacSha256(std::string_view key);
  ~HmacSha256();
  HmacSha256(const HmacSha256&) = delete;
  HmacSha256& operator=(const HmacSha256&) = delete;

  /// The raw 32 bytes.
  std::string digest(std::string_view text) const;

 private:
  evp_mac_ctx_st* const keyed_;
};
/// Two digits a byte, in lower case.
std::string lower_hex(std::string_view bytes);
/// In upper-case hexadecimal, as entity tags of discovery documents are written.
std::string sha512_hex(std::string_view text);

}  // namespace annex::tls
