#include "annex/tls/digest.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <array>
#include <memory>
#include <new>

namespace annex::tls {
namespace {

/// Only a lack of memory keeps OpenSSL from what it always has.
EVP_MAC_CTX* make_keyed(std::string_view key) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(
      EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
  EVP_MAC_CTX* const context = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac.get());
  char name[] = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string("digest", name, 0),
                                             OSSL_PARAM_construct_end()};
  if (context == nullptr ||
      EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                   parameters.data()) != 1) {
    EVP_MAC_CTX_free(context);
    throw std::bad_alloc();
  }
  return context;
}

}  // namespace

std::string sha1(std::string_view text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

HmacSha256::HmacSha256(std::string_view key) : keyed_(make_keyed(key)) {}

HmacSha256::~HmacSha256() { EVP_MAC_CTX_free(keyed_); }

std::string HmacSha256::digest(std::string_view text) const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  std::size_t size = 0;
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(EVP_MAC_CTX_dup(keyed_),
                                                                          EVP_MAC_CTX_free);
  const bool done =
      context != nullptr &&
      EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size()) == 1 &&
      EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1;
  if (!done) throw std::bad_alloc();
  return {digest.begin(), digest.end()};
}

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
