#include "annex/tls/certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <catch2/catch.hpp>

#include "tls/openssl.h"

namespace tls = annex::tls;
using std::chrono::hours;

namespace {

const annex::util::WallTime kNow{std::chrono::seconds(1'767'323'045)};

tls::Identity ca(const std::string& name = "test-ca") {
  auto made = tls::make_ca(name, kNow - hours(1), kNow + hours(24));
  REQUIRE(made);
  return *made;
}

tls::Identity leaf(const tls::Identity& authority, tls::Usage usage) {
  auto made = tls::issue(authority, {{{"alice"}, {"dev", "system:masters"}},
                                     {"localhost", "127.0.0.1", "::1"},
                                     usage,
                                     kNow - hours(1),
                                     kNow + hours(2)});
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("a made certificate reads back as it was asked for") {
  const auto made = leaf(ca(), tls::Usage::kServer);
  auto read = tls::Certificate::from_pem("some text\n" + made.certificate.pem());
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  const tls::Certificate& certificate = read->front();
  CHECK(certificate.der() == made.certificate.der());
  CHECK(certificate.subject() == tls::Subject{{"alice"}, {"dev", "system:masters"}});
  CHECK(certificate.names() == std::vector<std::string>{"localhost", "127.0.0.1", "::1"});
  CHECK(certificate.not_after() == kNow + hours(2));
  CHECK_FALSE(certificate.is_ca());
  CHECK(ca().certificate.is_ca());
}

TEST_CASE("a chain is verified for its usage and its time") {
  const auto authority = ca();
  const auto client = leaf(authority, tls::Usage::kClient);
  auto pool = tls::CaPool::from_pem(authority.certificate.pem());
  REQUIRE(pool);
  const std::vector<std::string> chain = {client.certificate.der()};
  CHECK(pool->verify(chain, tls::Usage::kClient, kNow));
  CHECK_FALSE(pool->verify(chain, tls::Usage::kServer, kNow));
  CHECK_FALSE(pool->verify(chain, tls::Usage::kClient, kNow + hours(3)));
  CHECK_FALSE(pool->verify(chain, tls::Usage::kClient, kNow - hours(3)));
  CHECK_FALSE(pool->verify({}, tls::Usage::kClient, kNow));
  CHECK_FALSE(pool->verify({"garbage"}, tls::Usage::kClient, kNow));

  auto other = tls::CaPool::from_pem(ca().certificate.pem());
  REQUIRE(other);
  auto refused = other->verify(chain, tls::Usage::kClient, kNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == annex::Reason::kUnauthorized);
}

TEST_CASE("keys survive PEM, and damage is refused") {
  auto key = tls::PrivateKey::generate();
  REQUIRE(key);
  auto again = tls::PrivateKey::from_pem(key->pem());
  REQUIRE(again);
  CHECK(again->pem() == key->pem());
  CHECK_FALSE(tls::PrivateKey::from_pem("no key"));
  CHECK_FALSE(tls::Certificate::from_pem("no certificate"));
  CHECK_FALSE(
      tls::Certificate::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  CHECK_FALSE(tls::CaPool::from_pem(""));
}

TEST_CASE("keys of every kind are read in every form, the first of a text") {
  using KeyPtr = tls::KeyPtr;
  KeyPtr made[] = {KeyPtr(EVP_RSA_gen(1024)), KeyPtr(EVP_EC_gen("P-384")),
                   KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))};
  const std::string other = tls::PrivateKey::generate()->pem();
  for (const KeyPtr& key : made) {
    REQUIRE(key);
    const tls::BioPtr modern(BIO_new(BIO_s_mem()));
    const tls::BioPtr old(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(modern.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    PEM_write_bio_PrivateKey_traditional(old.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr);
    const std::string wanted = tls::content(modern.get());
    for (const std::string& text :
         {wanted, tls::content(old.get()), wanted + other, ca().certificate.pem() + wanted}) {
      if (text.empty()) continue;  // Ed25519 has no form of its own.
      INFO(text);
      const auto read = tls::PrivateKey::from_pem(text);
      REQUIRE(read);
      CHECK(read->pem() == wanted);
    }
  }
  CHECK_FALSE(
      tls::PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nMAMCAQA=\n"
                                "-----END PRIVATE KEY-----\n"));
}

TEST_CASE("a name that no certificate can hold is refused") {
  const std::string name = GENERATE("a,b", "", "DNS:x", "a b");
  CHECK_FALSE(tls::issue(ca(), {{{"x"}, {}}, {name}, tls::Usage::kServer, kNow, kNow + hours(1)}));
  CHECK_FALSE(tls::issue(ca(), {{{"x"}, {}}, {}, tls::Usage::kServer, kNow, kNow}));
}
