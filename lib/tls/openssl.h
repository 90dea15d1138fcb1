// OpenSSL's objects with owners, and the insides of the public types.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

#include "annex/tls/certificate.h"

namespace annex::tls {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

struct Certificate::Impl {
  X509Ptr x509;
  std::string der;
};

struct PrivateKey::Impl {
  KeyPtr key;
};

/// A certificate that owns `x509`. BadRequest if it cannot be encoded.
Result<Certificate> wrap(X509Ptr x509);
/// Reads from `text`, which must outlive the result.
BioPtr reader(std::string_view text);
/// Everything written to a memory BIO.
std::string content(BIO* bio);
/// `what`, with the library's own reason, whose queue is emptied.
Error library_error(const std::string& what);

}  // namespace annex::tls
