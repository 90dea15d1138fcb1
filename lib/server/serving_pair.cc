#include "annex/server/serving_pair.h"

#include <sys/stat.h>

#include "annex/tls/certificate.h"
#include "server/files.h"

namespace annex {

Result<ServingPair> read_serving_pair(const std::string& certificate_file,
                                      const std::string& key_file) {
  Result<std::string> certificate = detail::read_file(certificate_file);
  if (!certificate) return certificate.error();
  if (const auto parsed = tls::Certificate::from_pem(*certificate); !parsed) {
    return Error::bad_request("cannot use " + certificate_file + ": " + parsed.error().message);
  }
  Result<std::string> key = detail::read_file(key_file);
  if (!key) return key.error();
  if (const auto parsed = tls::PrivateKey::from_pem(*key); !parsed) {
    return Error::bad_request("cannot use " + key_file + ": " + parsed.error().message);
  }
  return ServingPair{std::move(*certificate), std::move(*key)};
}

namespace {

/// A leaf for `names`, signed by a CA that nobody keeps; the time in the subjects tells one start's
/// from another's.
Result<ServingPair> make_serving_pair(const std::vector<std::string>& names, util::WallTime now) {
  const util::WallTime begin = now - std::chrono::hours(1);
  const util::WallTime end = now + std::chrono::hours(24 * 365);
  const std::string host = names.empty() ? "localhost" : names.front();
  const std::string at =
      "@" +
      std::to_string(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
  const Result<tls::Identity> ca = tls::make_ca(host + "-ca" + at, begin, end);
  if (!ca) return ca.error();
  const Result<tls::Identity> leaf =
      tls::issue(*ca, {{{host + at}, {}}, names, tls::Usage::kServer, begin, end});
  if (!leaf) return leaf.error();
  return ServingPair{leaf->certificate.pem() + ca->certificate.pem(), leaf->key.pem()};
}

}  // namespace

Result<ServingPair> keep_serving_pair(const std::string& folder,
                                      const std::vector<std::string>& names,
                                      Environment environment) {
  const util::WallTime now = environment.clock.wall_now();
  if (folder.empty()) return make_serving_pair(names, now);
  const std::string certificate_file = folder + "/apiserver.crt";
  const std::string key_file = folder + "/apiserver.key";
  const Result<std::optional<std::string>> certificate =
      detail::read_file_if_present(certificate_file);
  if (!certificate) return certificate.error();
  const Result<std::optional<std::string>> key = detail::read_file_if_present(key_file);
  if (!key) return key.error();
  if (*certificate || *key) return read_serving_pair(certificate_file, key_file);

  if (const Result<void> made = detail::make_private_folder(folder, "apiserver.crt"); !made) {
    return made.error();
  }
  Result<ServingPair> pair = make_serving_pair(names, now);
  if (!pair) return pair;
  // The key first: a start that ends in between finds no certificate without its key.
  if (Result<void> wrote = detail::write_private_file(key_file, pair->key_pem); !wrote) {
    return wrote.error();
  }
  if (Result<void> wrote = detail::write_private_file(certificate_file, pair->certificate_pem);
      !wrote) {
    return wrote.error();
  }
  return pair;
}

}  // namespace annex
