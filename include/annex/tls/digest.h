// Digests of texts.
#pragma once

#include <string>
#include <string_view>

namespace annex::tls {

/// The raw 20 bytes. Broken: only where a protocol asks for it, as WebSocket does.
std::string sha1(std::string_view text);
/// The raw 32 bytes.
std::string sha256(std::string_view text);
/// In upper-case hexadecimal, as entity tags of discovery documents are written.
std::string sha512_hex(std::string_view text);

}  // namespace annex::tls
