#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstdint>

#include "tls/openssl.h"

namespace annex::tls {

struct CaPool::Impl {
  std::vector<Certificate> roots;
  std::unique_ptr<X509_STORE, Free<X509_STORE_free>> store;
};

namespace {

Error untrusted(const std::string& reason) {
  return Error::generic(Reason::kUnauthorized, "x509: " + reason);
}

/// The causes that operators search for, in the words of Go's crypto/x509.
Error refused(int code, util::WallTime now) {
  if (code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
      code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
      code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
      code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
      code == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN || code == X509_V_ERR_CERT_UNTRUSTED) {
    return untrusted("certificate signed by unknown authority");
  }
  if (code == X509_V_ERR_CERT_HAS_EXPIRED || code == X509_V_ERR_CERT_NOT_YET_VALID) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    return untrusted("certificate has expired or is not yet valid at " +
                     std::to_string(seconds.count()));
  }
  return untrusted(X509_verify_cert_error_string(code));
}

/// As Go's crypto/x509 has it: whoever lists extended usages, on the whole way up, lists this one
/// or any. OpenSSL's purposes ask for more, such as a key usage that suits every cipher.
bool permits(const STACK_OF(X509) * chain, Usage usage) {
  const std::uint32_t wanted =
      XKU_ANYEKU | (usage == Usage::kClient ? XKU_SSL_CLIENT : XKU_SSL_SERVER);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    // All bits are set where nothing is listed.
    if ((X509_get_extended_key_usage(sk_X509_value(chain, i)) & wanted) == 0) return false;
  }
  return true;
}

}  // namespace

Result<CaPool> CaPool::from_pem(std::string_view pem) {
  auto roots = Certificate::from_pem(pem);
  if (!roots) return roots.error();
  auto impl = std::make_shared<Impl>();
  impl->store.reset(X509_STORE_new());
  if (!impl->store) return Error::internal("no certificate store could be made");
  for (const Certificate& root : *roots) {
    if (X509_STORE_add_cert(impl->store.get(), root.impl().x509.get()) != 1) {
      return library_error("a CA certificate cannot be used");
    }
  }
  impl->roots = std::move(*roots);
  return CaPool(std::move(impl));
}

const std::vector<Certificate>& CaPool::roots() const { return impl_->roots; }

Result<Certificate> CaPool::verify(const std::vector<std::string>& chain, Usage usage,
                                   util::WallTime now) const {
  if (chain.empty()) return untrusted("no certificate was presented");
  auto leaf = Certificate::from_der(chain.front());
  if (!leaf) return untrusted(leaf.error().message);
  std::vector<Certificate> rest;
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  for (std::size_t i = 1; i < chain.size(); ++i) {
    auto other = Certificate::from_der(chain[i]);
    if (!other) return untrusted(other.error().message);
    sk_X509_push(others.get(), other->impl().x509.get());
    rest.push_back(std::move(*other));
  }
  const std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), impl_->store.get(), leaf->impl().x509.get(),
                                      others.get()) != 1) {
    return Error::internal("the certificate could not be verified");
  }
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(
      parameters,
      static_cast<time_t>(
          std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()));
  // Everything in the pool is trusted as it is, an intermediate CA too, as Go does it.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_verify_cert(context.get()) != 1) {
    const int code = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    return refused(code, now);
  }
  if (!permits(X509_STORE_CTX_get0_chain(context.get()), usage)) {
    return untrusted("certificate specifies an incompatible key usage");
  }
  return leaf;
}

}  // namespace annex::tls
