#include "annex/tls/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <new>

namespace annex::tls {
namespace {

using Sha256 = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

/// Only a lack of memory keeps OpenSSL from what it always has.
void require(bool done) {
  if (!done) throw std::bad_alloc();
}

/// Makes `digest` of what `begun` has read and `size` more bytes, in `state`.
void finish(EVP_MD_CTX* state, const EVP_MD_CTX* begun, const void* bytes, std::size_t size,
            Sha256& digest) {
  require(EVP_MD_CTX_copy_ex(state, begun) == 1 && EVP_DigestUpdate(state, bytes, size) == 1 &&
          EVP_DigestFinal_ex(state, digest.data(), nullptr) == 1);
}

}  // namespace

std::string sha1(std::string_view text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

std::string sha256(std::string_view text) {
  Sha256 digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

HmacSha256::HmacSha256(std::string_view key)
    : inner_(begin(key, '\x36')), outer_(begin(key, '\x5c')) {}

HmacSha256::State HmacSha256::begin(std::string_view key, char mark) {
  std::string block = key.size() > SHA256_CBLOCK ? sha256(key) : std::string(key);
  block.resize(SHA256_CBLOCK);
  for (char& c : block) c = static_cast<char>(c ^ mark);
  State state(EVP_MD_CTX_new());
  require(state != nullptr && EVP_DigestInit_ex(state.get(), EVP_sha256(), nullptr) == 1 &&
          EVP_DigestUpdate(state.get(), block.data(), block.size()) == 1);
  return state;
}

// Not OpenSSL's own HMAC, which takes half as long again for a token: it makes five times as many
// objects of each copy of what is keyed.
std::string HmacSha256::digest(std::string_view text) const {
  const State state(EVP_MD_CTX_new());
  require(state != nullptr);
  Sha256 digest{};
  finish(state.get(), inner_.get(), text.data(), text.size(), digest);
  finish(state.get(), outer_.get(), digest.data(), digest.size(), digest);
  return {digest.begin(), digest.end()};
}

void HmacSha256::Free::operator()(evp_md_ctx_st* state) const { EVP_MD_CTX_free(state); }

std::string lower_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xf];
  }
  return hex;
}

std::string sha512_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::array<unsigned char, SHA512_DIGEST_LENGTH> digest{};
  SHA512(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xf];
  }
  return hex;
}

}  // namespace annex::tls
