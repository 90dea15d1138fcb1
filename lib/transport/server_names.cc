#include "transport/server_names.h"

#include <arpa/inet.h>

#include <algorithm>

#include "annex/tls/certificate.h"

namespace annex::transport {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_ip(const std::string& text) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

/// True for what upstream takes for a host name when it finds it as a certificate's CN.
bool is_host_name(std::string_view text) {
  if (text == "*") return true;
  if (text.substr(0, 2) == "*.") text.remove_prefix(2);
  if (text.empty() || text.size() > 253 || is_ip(std::string(text))) return false;
  char before = '.';
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word && (before == '.' || (c != '-' && c != '.'))) return false;
    if (c == '.' && before == '-') return false;
    before = c;
  }
  return before != '.' && before != '-';
}

/// The names in a certificate; IP addresses in it are no names, since SNI never carries one.
Result<std::vector<std::string>> names_of(const SniCertificate& certificate) {
  const auto chain = tls::Certificate::from_pem(certificate.certificate_pem);
  if (!chain) {
    return Error::bad_request("an SNI certificate cannot be used: " + chain.error().message);
  }
  std::vector<std::string> names;
  for (const std::string& name : chain->front().subject().common_names) {
    if (is_host_name(name)) names.push_back(name);
  }
  for (const std::string& name : chain->front().names()) {
    if (!is_ip(name)) names.push_back(lower(name));
  }
  return names;
}

}  // namespace

Result<ServerNames> ServerNames::make(const std::vector<SniCertificate>& certificates) {
  ServerNames made;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    for (const std::string& name : certificates[i].patterns)
      made.positions_.emplace(lower(name), i);
  }
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    if (!certificates[i].patterns.empty()) continue;
    const auto names = names_of(certificates[i]);
    if (!names) return names.error();
    for (const std::string& name : *names) made.positions_.emplace(name, i);
  }
  return made;
}

std::optional<std::size_t> ServerNames::find(std::string_view name) const {
  const std::string wanted = lower(name);
  auto found = positions_.find(wanted);
  if (found == positions_.end() && !is_ip(wanted)) {
    const std::size_t dot = wanted.find('.');
    found = positions_.find(dot == std::string::npos ? "*" : "*" + wanted.substr(dot));
  }
  if (found == positions_.end()) return std::nullopt;
  return found->second;
}

}  // namespace annex::transport
