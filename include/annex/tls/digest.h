// Digests of texts.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's

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

  /// The raw 32 bytes.
  std::string digest(std::string_view text) const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* state) const;
  };
  using State = std::unique_ptr<evp_md_ctx_st, Free>;

  static State begin(std::string_view key, char mark);

  /// What both passes have read of the key.
  const State inner_;
  const State outer_;
};
/// Two digits a byte, in lower case.
std::string lower_hex(std::string_view bytes);
/// In upper-case hexadecimal, as entity tags of discovery documents are written.
std::string sha512_hex(std::string_view text);

}  // namespace annex::tls
