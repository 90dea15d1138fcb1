#include "annex/tls/certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>

#include "tls/openssl.h"

namespace annex::tls {
namespace {

std::vector<std::string> entries(const X509_NAME* name, int nid) {
  std::vector<std::string> values;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, nid, at)) {
    unsigned char* text = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) continue;
    values.emplace_back(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
  }
  return values;
}

util::WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return util::WallTime(std::chrono::seconds(timegm(&parts)));
}

std::string text_of(const ASN1_STRING* string) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                     static_cast<std::size_t>(ASN1_STRING_length(string)));
}

std::string colon_hex(const ASN1_OCTET_STRING* bytes) {
  if (bytes == nullptr) return {};
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  for (const char c : text_of(bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (!hex.empty()) hex += ':';
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xf];
  }
  return hex;
}

std::string decimal(const ASN1_INTEGER* number) {
  const std::unique_ptr<BIGNUM, Free<BN_free>> big(ASN1_INTEGER_to_BN(number, nullptr));
  char* text = big ? BN_bn2dec(big.get()) : nullptr;
  std::string digits = text == nullptr ? "" : text;
  OPENSSL_free(text);
  return digits;
}

bool is_text(const ASN1_STRING* value) {
  const int type = ASN1_STRING_type(value);
  return type == V_ASN1_UTF8STRING || type == V_ASN1_PRINTABLESTRING || type == V_ASN1_T61STRING ||
         type == V_ASN1_IA5STRING || type == V_ASN1_NUMERICSTRING || type == V_ASN1_BMPSTRING;
}

}  // namespace

BioPtr reader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string content(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Error library_error(const std::string& what) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return Error::bad_request(reason == nullptr ? what : what + ": " + reason);
}

Result<Certificate> wrap(X509Ptr x509) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(x509.get(), &bytes);
  if (size <= 0) return library_error("the certificate cannot be encoded");
  auto impl = std::make_shared<Certificate::Impl>();
  impl->der.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  // Fills the caches that OpenSSL otherwise fills at first use, under a lock of its own.
  X509_check_purpose(x509.get(), -1, 0);
  impl->x509 = std::move(x509);
  return Certificate(std::move(impl));
}

Result<Certificate> Certificate::from_der(std::string_view der) {
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* at = begin;
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x509) return library_error("not a certificate");
  if (static_cast<std::size_t>(at - begin) != der.size()) {
    return Error::bad_request("bytes follow the certificate");
  }
  return wrap(std::move(x509));
}

Result<std::vector<Certificate>> Certificate::from_pem(std::string_view pem) {
  std::vector<Certificate> certificates;
  const BioPtr bio = reader(pem);
  while (true) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    if (PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1) {
      const unsigned long code = ERR_peek_last_error();
      if (code != 0 && ERR_GET_REASON(code) != PEM_R_NO_START_LINE) {
        return library_error("a PEM block is damaged");
      }
      ERR_clear_error();
      break;
    }
    const std::string kind = name;
    const std::string der(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
    if (kind != "CERTIFICATE") continue;
    auto certificate = from_der(der);
    if (!certificate) return certificate.error();
    certificates.push_back(std::move(*certificate));
  }
  if (certificates.empty()) return Error::bad_request("the PEM text holds no certificate");
  return certificates;
}

const std::string& Certificate::der() const { return impl_->der; }

std::string Certificate::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), impl_->x509.get());
  return content(bio.get());
}

Subject Certificate::subject() const {
  const X509_NAME* name = X509_get_subject_name(impl_->x509.get());
  return Subject{entries(name, NID_commonName), entries(name, NID_organizationName)};
}

std::vector<std::optional<std::string>> Certificate::subject_values(const std::string& oid) const {
  std::vector<std::optional<std::string>> values;
  const std::unique_ptr<ASN1_OBJECT, Free<ASN1_OBJECT_free>> wanted(OBJ_txt2obj(oid.c_str(), 1));
  if (!wanted) return values;
  const X509_NAME* name = X509_get_subject_name(impl_->x509.get());
  for (int at = X509_NAME_get_index_by_OBJ(name, wanted.get(), -1); at >= 0;
       at = X509_NAME_get_index_by_OBJ(name, wanted.get(), at)) {
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    unsigned char* text = nullptr;
    const int size = is_text(value) ? ASN1_STRING_to_UTF8(&text, value) : -1;
    if (size < 0) {
      values.emplace_back();
      continue;
    }
    values.emplace_back(
        std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)));
    OPENSSL_free(text);
  }
  return values;
}

std::string Certificate::identifier() const {
  X509* x509 = impl_->x509.get();
  return "SN=" + decimal(X509_get0_serialNumber(x509)) +
         ", SKID=" + colon_hex(X509_get0_subject_key_id(x509)) +
         ", AKID=" + colon_hex(X509_get0_authority_key_id(x509));
}

std::vector<std::string> Certificate::names() const {
  std::vector<std::string> names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(impl_->x509.get(), NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) {
      const std::string bytes = text_of(name->d.iPAddress);
      char text[INET6_ADDRSTRLEN] = {};
      if (bytes.size() == 4) inet_ntop(AF_INET, bytes.data(), text, sizeof text);
      if (bytes.size() == 16) inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
      names.emplace_back(text);
    }
  }
  GENERAL_NAMES_free(list);
  return names;
}

util::WallTime Certificate::not_before() const {
  return time_of(X509_get0_notBefore(impl_->x509.get()));
}

util::WallTime Certificate::not_after() const {
  return time_of(X509_get0_notAfter(impl_->x509.get()));
}

bool Certificate::is_ca() const { return X509_check_ca(impl_->x509.get()) > 0; }

}  // namespace annex::tls
