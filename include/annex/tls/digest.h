// Digests of texts.
#pragma once

#include <string>
#include <string_view>

namespace annex::tls {

/// The raw 20 bytes. Broken: only where a protocol asks for it, as WebSocket does.
std::string sha1(std::string_view text);
/// The raw 32 bytes.
std::string sha256(std::string_view text);
/// The raw 32 bytes of HMAC-SHA-256.
std::string hmac_sha256(std::string_view key, std::string_view text);
/// Two digits a byte, in lower case.
std::string lower_hex(std::string_view bytes);
/// In upper-case hexadecimal, as entity tags of discovery documents are written.
std::string sha512_hex(std::string_view text);

}  // namespace annex::tls
