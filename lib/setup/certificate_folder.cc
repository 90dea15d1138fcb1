#include "setup/certificate_folder.h"

#include <array>
#include <utility>

#include "server/files.h"

namespace annex::setup {
namespace {

/// In the order in which they are written.
constexpr std::array<std::pair<const char*, std::string CertificateSet::*>, 4> kFiles{
    {{"ca.crt", &CertificateSet::ca_bundle},
     {"ca.key", &CertificateSet::ca_key},
     {"tls.key", &CertificateSet::key},
     {"tls.crt", &CertificateSet::certificate}}};

}  // namespace

Result<CertificateSet> read_certificates(const std::string& folder) {
  CertificateSet set;
  for (const auto& file : kFiles) {
    Result<std::optional<std::string>> text =
        detail::read_file_if_present(folder + "/" + file.first);
    if (!text) return text.error();
    if (*text) set.*file.second = std::move(**text);
  }
  return set;
}

Result<void> write_certificates(const std::string& folder, const CertificateSet& set) {
  if (Result<void> made = detail::make_private_folder(folder, "ca.crt"); !made) return made;
  for (const auto& file : kFiles) {
    const std::string path = folder + "/" + file.first;
    const Result<std::optional<std::string>> kept = detail::read_file_if_present(path);
    if (kept && *kept == set.*file.second) continue;
    if (Result<void> wrote = detail::write_private_file(path, set.*file.second); !wrote) {
      return wrote;
    }
  }
  return {};
}

}  // namespace annex::setup
