#include "annex/server/standalone.h"

#include <algorithm>

#include "annex/json/write.h"
#include "annex/schema/formats.h"
#include "annex/tls/certificate.h"
#include "server/files.h"

namespace annex {
namespace {

constexpr std::chrono::hours kDay{24};
constexpr std::chrono::hours kCaLife = kDay * 3650;
constexpr std::chrono::hours kLeafLife = kDay * 365;
/// Leaves are issued anew at a start this long before their end.
constexpr std::chrono::hours kRenewal = kDay * 30;
/// Clocks of clients may be behind.
constexpr std::chrono::hours kMargin{1};

Error about(const std::string& path, const Error& error) {
  return Error::bad_request("cannot use " + path + ": " + error.message);
}

Result<tls::Identity> parse_identity(const std::string& stem, const std::string& certificate,
                                     const std::string& key) {
  Result<std::vector<tls::Certificate>> chain = tls::Certificate::from_pem(certificate);
  if (!chain) return about(stem + ".crt", chain.error());
  Result<tls::PrivateKey> parsed = tls::PrivateKey::from_pem(key);
  if (!parsed) return about(stem + ".key", parsed.error());
  return tls::Identity{chain->front(), std::move(*parsed)};
}

/// The pair of files `<stem>.crt` and `<stem>.key`; nothing unless both exist.
Result<std::optional<tls::Identity>> read_identity(const std::string& stem) {
  const Result<std::optional<std::string>> certificate =
      detail::read_file_if_present(stem + ".crt");
  if (!certificate) return certificate.error();
  const Result<std::optional<std::string>> key = detail::read_file_if_present(stem + ".key");
  if (!key) return key.error();
  if (!*certificate || !*key) return std::optional<tls::Identity>();
  Result<tls::Identity> identity = parse_identity(stem, **certificate, **key);
  if (!identity) return identity.error();
  return std::optional(std::move(*identity));
}

Result<void> write_identity(const std::string& stem, const tls::Identity& identity) {
  // The key first: a start that ends in between leaves a pair that is made anew.
  if (Result<void> wrote = detail::write_private_file(stem + ".key", identity.key.pem()); !wrote) {
    return wrote;
  }
  return detail::write_private_file(stem + ".crt", identity.certificate.pem());
}

Result<tls::Identity> keep_ca(const std::string& stem, util::WallTime now) {
  Result<std::optional<tls::Identity>> kept = read_identity(stem);
  if (!kept) return kept.error();
  if (*kept && (*kept)->certificate.not_after() > now + kRenewal) return std::move(**kept);
  Result<tls::Identity> made = tls::make_ca("annex standalone", now - kMargin, now + kCaLife);
  if (!made) return made.error();
  if (const Result<void> wrote = write_identity(stem, *made); !wrote) return wrote.error();
  return made;
}

bool has_names(const tls::Certificate& certificate, const std::vector<std::string>& wanted) {
  const std::vector<std::string> names = certificate.names();
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

/// The leaf at `stem`, issued anew if it is missing, ends soon, lacks a name or is another CA's.
Result<ServingPair> keep_leaf(const std::string& stem, const tls::Identity& ca,
                              const tls::CaPool& pool, tls::CertificateRequest request,
                              util::WallTime now) {
  Result<std::optional<tls::Identity>> kept = read_identity(stem);
  if (!kept) return kept.error();
  if (*kept) {
    const tls::Certificate& leaf = (*kept)->certificate;
    if (leaf.not_after() > now + kRenewal && has_names(leaf, request.names) &&
        pool.verify({leaf.der()}, request.usage, now)) {
      return ServingPair{leaf.pem(), (*kept)->key.pem()};
    }
  }
  request.not_before = now - kMargin;
  request.not_after = now + kLeafLife;
  const Result<tls::Identity> made = tls::issue(ca, request);
  if (!made) return made.error();
  if (const Result<void> wrote = write_identity(stem, *made); !wrote) return wrote.error();
  return ServingPair{made->certificate.pem(), made->key.pem()};
}

Result<std::string> keep_token(const std::string& path, util::Random& random) {
  const Result<std::optional<std::string>> kept = detail::read_file_if_present(path);
  if (!kept) return kept.error();
  if (*kept) {
    const std::string token = (*kept)->substr(0, (*kept)->find_first_of(" \r\n"));
    if (token.size() >= 32) return token;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (int word = 0; word < 4; ++word) {
    std::uint64_t bits = random.next();
    for (int digit = 0; digit < 16; ++digit, bits >>= 4U) token += kDigits[bits & 15U];
  }
  if (const Result<void> wrote = detail::write_private_file(path, token + "\n"); !wrote) {
    return wrote.error();
  }
  return token;
}

request::UserInfo administrator() {
  request::UserInfo user;
  user.name = "annex:standalone:admin";
  user.groups = {"system:masters"};
  return user;
}

}  // namespace

Result<Standalone> Standalone::open(std::string folder, std::vector<std::string> names,
                                    Environment environment) {
  if (const Result<void> made = detail::make_private_folder(folder, "ca.key"); !made) {
    return made.error();
  }
  const util::WallTime now = environment.clock.wall_now();
  const Result<tls::Identity> ca = keep_ca(folder + "/ca", now);
  if (!ca) return ca.error();

  Standalone standalone;
  standalone.ca_pem_ = ca->certificate.pem();
  const Result<tls::CaPool> pool = tls::CaPool::from_pem(standalone.ca_pem_);
  if (!pool) return pool.error();

  for (const char* name : {"::1", "127.0.0.1", "localhost"}) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.insert(names.begin(), name);
    }
  }
  tls::CertificateRequest serving;
  serving.subject.common_names = {"localhost"};
  serving.names = std::move(names);
  Result<ServingPair> pair = keep_leaf(folder + "/server", *ca, *pool, std::move(serving), now);
  if (!pair) return pair.error();
  standalone.serving_ = std::move(*pair);

  const request::UserInfo user = administrator();
  tls::CertificateRequest admin;
  admin.subject = {{user.name}, user.groups};
  admin.usage = tls::Usage::kClient;
  pair = keep_leaf(folder + "/admin", *ca, *pool, std::move(admin), now);
  if (!pair) return pair.error();
  standalone.admin_ = std::move(*pair);

  Result<std::string> token = keep_token(folder + "/token", environment.random);
  if (!token) return token.error();
  standalone.token_ = std::move(*token);
  standalone.folder_ = std::move(folder);
  return standalone;
}

Result<std::vector<auth::AuthenticatorPtr>> Standalone::authenticators(
    const util::Clock& clock) const {
  Result<tls::CaPool> pool = tls::CaPool::from_pem(ca_pem_);
  if (!pool) return pool.error();
  return std::vector<auth::AuthenticatorPtr>{
      auth::make_client_certificates(std::move(*pool), clock),
      auth::make_static_tokens({{token_, administrator()}})};
}

Result<void> Standalone::write_kubeconfig(const std::string& host, std::uint16_t port,
                                          const std::string& serving_ca_pem) const {
  using json::Array;
  using json::Member;
  using json::Object;
  using json::Value;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const std::string server =
      "https://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  const std::string& trusted = serving_ca_pem.empty() ? ca_pem_ : serving_ca_pem;
  const Value cluster(Object{Member{"certificate-authority-data", schema::write_base64(trusted)},
                             Member{"server", server}});
  const Value user(
      Object{Member{"client-certificate-data", schema::write_base64(admin_.certificate_pem)},
             Member{"client-key-data", schema::write_base64(admin_.key_pem)}});
  const Value context(
      Object{Member{"cluster", "annex"}, Member{"namespace", "default"}, Member{"user", "admin"}});
  const auto named = [](const char* kind, const char* name, const Value& content) {
    return Value(Array{Value(Object{Member{"name", name}, Member{kind, content}})});
  };
  const Value config(Object{Member{"apiVersion", "v1"}, Member{"kind", "Config"},
                            Member{"clusters", named("cluster", "annex", cluster)},
                            Member{"users", named("user", "admin", user)},
                            Member{"contexts", named("context", "annex", context)},
                            Member{"current-context", "annex"}});
  const std::string text = json::write_yaml(config);
  const Result<std::optional<std::string>> kept = detail::read_file_if_present(kubeconfig_path());
  if (kept && *kept == text) return {};  // Replacing a file may wait for the disk.
  return detail::write_private_file(kubeconfig_path(), text);
}

}  // namespace annex
