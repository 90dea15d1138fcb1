// What is negotiated: versions, suites, groups, protocols, certificates by name, resumption.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "tests/transport/fixture.h"

using namespace annex;
using namespace annex::transport::test;
using annex::transport::ListenerOptions;
using annex::transport::TlsVersion;

namespace {

struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

Identity pem(const tls::Identity& identity) {
  return {identity.certificate.pem(), identity.key.pem()};
}

template <typename Write>
std::string written(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  REQUIRE(write(bio) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

/// A self-signed certificate with a key of any kind.
Identity self_signed(EVP_PKEY* key, const EVP_MD* digest) {
  REQUIRE(key != nullptr);
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("any"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_set_pubkey(certificate, key);
  REQUIRE(X509_sign(certificate, key, digest) > 0);
  Identity made{written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }),
                written([&](BIO* bio) {
                  return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
                })};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

struct SessionFree {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, SessionFree>;

/// One handshake with settings of its own, and one request if it succeeds.
class Trial {
 public:
  Trial() : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT);
  }
  ~Trial() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    if (socket_ >= 0) ::close(socket_);
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  SSL_CTX* context() { return context_; }
  SSL* ssl() { return ssl_; }

  bool connect(const Fixture& fixture, const char* name = nullptr, SSL_SESSION* session = nullptr) {
    socket_ = connect_to(fixture);
    ssl_ = SSL_new(context_);
    if (name != nullptr) SSL_set_tlsext_host_name(ssl_, name);
    if (session != nullptr) SSL_set_session(ssl_, session);
    SSL_set_fd(ssl_, socket_);
    ERR_clear_error();
    return SSL_connect(ssl_) == 1;
  }
  /// The status line of GET /echo.
  std::string get() {
    const std::string_view request = "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n";
    if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) return {};
    char buffer[4096];
    const int got = SSL_read(ssl_, buffer, sizeof buffer);
    return got < 15 ? std::string() : std::string(buffer, 15);
  }
  std::string peer_name() {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char text[256] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text,
                              sizeof text);
    X509_free(certificate);
    return text;
  }
  Session session() { return Session(SSL_get1_session(ssl_)); }
  void show(const std::string& chain_pem, const std::string& key_pem) {
    BIO* bio = BIO_new_mem_buf(chain_pem.data(), static_cast<int>(chain_pem.size()));
    X509* leaf = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, leaf);
    X509_free(leaf);
    while (X509* next = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
      SSL_CTX_add0_chain_cert(context_, next);
    }
    BIO_free(bio);
    bio = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    SSL_CTX_use_PrivateKey(context_, key);
    EVP_PKEY_free(key);
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  int socket_ = -1;
};

bool agrees(const Fixture& fixture, int version) {
  Trial trial;
  SSL_CTX_set_security_level(trial.context(), 0);
  SSL_CTX_set_min_proto_version(trial.context(), version);
  SSL_CTX_set_max_proto_version(trial.context(), version);
  return trial.connect(fixture) && trial.get() == "HTTP/1.1 200 OK";
}

bool agrees_on_suite(const Fixture& fixture, const char* openssl_name) {
  Trial trial;
  SSL_CTX_set_max_proto_version(trial.context(), TLS1_2_VERSION);
  REQUIRE(SSL_CTX_set_cipher_list(trial.context(), openssl_name) == 1);
  return trial.connect(fixture) && trial.get() == "HTTP/1.1 200 OK";
}

bool agrees_on_group(const Fixture& fixture, const char* name) {
  Trial trial;
  REQUIRE(SSL_CTX_set1_groups_list(trial.context(), name) == 1);
  return trial.connect(fixture) && trial.get() == "HTTP/1.1 200 OK";
}

Identity named(const Fixture& fixture, const std::string& name, std::vector<std::string> names) {
  const auto issued = tls::issue(fixture.ca, {{{name}, {}},
                                              std::move(names),
                                              tls::Usage::kServer,
                                              fixture.clock.wall_now() - std::chrono::hours(1),
                                              fixture.clock.wall_now() + std::chrono::hours(24)});
  REQUIRE(issued);
  return pem(*issued);
}

}  // namespace

TEST_CASE("TLS 1.2 and 1.3 are served, older ones not; the range can be narrowed") {
  Fixture usual;
  CHECK_FALSE(agrees(usual, TLS1_1_VERSION));
  CHECK(agrees(usual, TLS1_2_VERSION));
  CHECK(agrees(usual, TLS1_3_VERSION));
  Fixture newest([](ListenerOptions& options) { options.tls.min_version = TlsVersion::k13; });
  CHECK_FALSE(agrees(newest, TLS1_2_VERSION));
  CHECK(agrees(newest, TLS1_3_VERSION));
  Fixture older([](ListenerOptions& options) { options.tls.max_version = TlsVersion::k12; });
  CHECK(agrees(older, TLS1_2_VERSION));
  CHECK_FALSE(agrees(older, TLS1_3_VERSION));
}

TEST_CASE("cipher suites are Mozilla's intermediate ones, or those that are named") {
  Fixture usual;
  CHECK(agrees_on_suite(usual, "ECDHE-ECDSA-AES128-GCM-SHA256"));
  CHECK(agrees_on_suite(usual, "ECDHE-ECDSA-CHACHA20-POLY1305"));
  CHECK_FALSE(agrees_on_suite(usual, "ECDHE-ECDSA-AES128-SHA256"));
  CHECK_FALSE(agrees_on_suite(usual, "ECDHE-ECDSA-AES256-SHA"));
  Fixture one([](ListenerOptions& options) {
    // Those of TLS 1.3 are no choice, as upstream; the old name without a digest is known.
    options.tls.cipher_suites = {"TLS_AES_128_GCM_SHA256",
                                 "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305"};
  });
  CHECK(agrees_on_suite(one, "ECDHE-ECDSA-CHACHA20-POLY1305"));
  CHECK_FALSE(agrees_on_suite(one, "ECDHE-ECDSA-AES128-GCM-SHA256"));
  CHECK(agrees(one, TLS1_3_VERSION));
}

TEST_CASE("groups are X25519, P-256 and P-384, or those that are named") {
  Fixture usual;
  for (const char* name : {"X25519", "P-256", "P-384"}) CHECK(agrees_on_group(usual, name));
  CHECK_FALSE(agrees_on_group(usual, "P-521"));
  Fixture one([](ListenerOptions& options) { options.tls.curves = {24, 25}; });
  CHECK(agrees_on_group(one, "P-521"));
  CHECK(agrees_on_group(one, "P-384"));
  CHECK_FALSE(agrees_on_group(one, "X25519"));
}

TEST_CASE("settings that mean nothing are refused at the start") {
  Fixture fixture;
  const auto error = [&](auto adjust) {
    ListenerOptions options;
    options.bind_address = "127.0.0.1";
    options.certificates.certificate_pem = fixture.client.certificate.pem();
    options.certificates.key_pem = fixture.client.key.pem();
    adjust(options);
    const auto opened =
        transport::Listener::open(options, fixture.service, fixture.clock, fixture.logger);
    return opened ? std::string() : opened.error().message;
  };
  CHECK(error([](ListenerOptions&) {}).empty());
  CHECK(error([](ListenerOptions& o) { o.tls.cipher_suites = {"TLS_NONE"}; }) ==
        "Cipher suite TLS_NONE not supported or doesn't exist");
  CHECK_FALSE(error([](ListenerOptions& o) {
                o.tls.cipher_suites = {"TLS_ECDH_anon_WITH_AES_128_CBC_SHA"};
              }).empty());
  CHECK_FALSE(error([](ListenerOptions& o) { o.tls.curves = {1}; }).empty());
  CHECK_FALSE(error([](ListenerOptions& o) {
                o.tls.min_version = TlsVersion::k13;
                o.tls.max_version = TlsVersion::k12;
              }).empty());
  CHECK(error([](ListenerOptions& o) {
          o.certificates.sni.push_back({"x", "y", {"a"}});
        }).find("an SNI certificate: ") == 0);
}

TEST_CASE("keys may be RSA, P-256, P-384 or Ed25519") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const int kind = GENERATE(range(0, 4));
  Fixture fixture([kind](ListenerOptions& options) {
    const Identity made =
        kind == 0   ? self_signed(EVP_RSA_gen(2048), EVP_sha256())
        : kind == 1 ? self_signed(EVP_EC_gen("P-256"), EVP_sha256())
        : kind == 2 ? self_signed(EVP_EC_gen("P-384"), EVP_sha384())
                    : self_signed(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), nullptr);
    options.certificates.certificate_pem = made.certificate_pem;
    options.certificates.key_pem = made.key_pem;
  });
  CHECK(agrees(fixture, version));
}

TEST_CASE("without HTTP/2 a client that offers both gets HTTP/1.1") {
  Fixture fixture([](ListenerOptions& options) { options.tls.http2 = false; });
  Trial trial;
  SSL_CTX_set_alpn_protos(trial.context(),
                          reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"), 12);
  REQUIRE(trial.connect(fixture));
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(trial.ssl(), &name, &size);
  CHECK(std::string(reinterpret_cast<const char*>(name), size) == "http/1.1");
  CHECK(trial.get() == "HTTP/1.1 200 OK");
}

TEST_CASE("certificates are chosen by name, by pattern before name and by address") {
  Fixture fixture;
  transport::ServingCertificates certificates;
  const auto put = [&](const std::string& name, std::vector<std::string> names,
                       std::vector<std::string> patterns) {
    const Identity made = named(fixture, name, std::move(names));
    certificates.sni.push_back({made.certificate_pem, made.key_pem, std::move(patterns)});
  };
  const Identity usual = named(fixture, "usual", {});
  certificates.certificate_pem = usual.certificate_pem;
  certificates.key_pem = usual.key_pem;
  put("first", {"a.example", "*.wild.example"}, {});
  put("second", {"a.example", "b.example"}, {});
  put("third", {"c.example"}, {"B.example", "*.more.example"});
  REQUIRE(fixture.listener->reload(certificates));
  const auto shown = [&](const char* name) {
    Trial trial;
    REQUIRE(trial.connect(fixture, name));
    CHECK(trial.get() == "HTTP/1.1 200 OK");
    return trial.peer_name();
  };
  CHECK(shown(nullptr) == "usual");
  CHECK(shown("nobody.example") == "usual");
  CHECK(shown("a.example") == "first");
  CHECK(shown("A.EXAMPLE") == "first");
  CHECK(shown("x.wild.example") == "first");
  CHECK(shown("x.y.wild.example") == "usual");
  CHECK(shown("wild.example") == "usual");
  CHECK(shown("b.example") == "third");
  CHECK(shown("x.more.example") == "third");
  // A pattern takes the place of the certificate's own names.
  CHECK(shown("c.example") == "usual");
  certificates.sni.back().patterns = {"127.0.0.1"};
  REQUIRE(fixture.listener->reload(certificates));
  CHECK(shown(nullptr) == "third");
  CHECK(shown("b.example") == "second");
}

TEST_CASE("a connection outlives the certificates that it began with") {
  Fixture fixture;
  Trial trial;
  REQUIRE(trial.connect(fixture));
  const int half = connect_to(fixture);
  const Identity next = named(fixture, "next", {});
  REQUIRE(fixture.listener->reload({next.certificate_pem, next.key_pem, "", {}}));
  CHECK(trial.get() == "HTTP/1.1 200 OK");
  Trial later;
  REQUIRE(later.connect(fixture));
  CHECK(later.peer_name() == "next");
  ::close(half);
}

TEST_CASE("sessions are resumed with the client's certificate, unless intermediates came with it") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  Fixture fixture;
  const std::string leaf = fixture.client.certificate.pem();
  const std::string whole = leaf + fixture.ca.certificate.pem();
  struct Case {
    std::string chain;
    bool resumed;
    std::size_t length;
  };
  for (const Case& now : {Case{"", true, 0}, Case{leaf, true, 1}, Case{whole, false, 2}}) {
    const auto begin = [&](Trial& trial) {
      SSL_CTX_set_max_proto_version(trial.context(), version);
      if (!now.chain.empty()) trial.show(now.chain, fixture.client.key.pem());
    };
    Trial first;
    begin(first);
    REQUIRE(first.connect(fixture));
    REQUIRE(first.get() == "HTTP/1.1 200 OK");
    CHECK(fixture.service.chain_length == now.length);
    const Session session = first.session();
    REQUIRE(session);
    Trial second;
    begin(second);
    REQUIRE(second.connect(fixture, nullptr, session.get()));
    REQUIRE(second.get() == "HTTP/1.1 200 OK");
    CHECK((SSL_session_reused(second.ssl()) == 1) == now.resumed);
    CHECK(fixture.service.chain_length == now.length);
  }
}

TEST_CASE("renegotiation is refused") {
  Fixture fixture;
  Trial trial;
  SSL_CTX_set_max_proto_version(trial.context(), TLS1_2_VERSION);
  REQUIRE(trial.connect(fixture));
  REQUIRE(trial.get() == "HTTP/1.1 200 OK");
  REQUIRE(SSL_renegotiate(trial.ssl()) == 1);
  // The server answers with a warning that it does not want to, which the library fails on.
  CHECK(SSL_do_handshake(trial.ssl()) != 1);
  CHECK(ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_RENEGOTIATION);
}

TEST_CASE("several listeners share a port where that is permitted") {
  const auto open = [](Fixture& fixture, std::uint16_t port, bool share) {
    ListenerOptions options;
    options.bind_address = "127.0.0.1";
    options.port = port;
    options.share_port = share;
    options.certificates.certificate_pem = fixture.client.certificate.pem();
    options.certificates.key_pem = fixture.client.key.pem();
    return transport::Listener::open(options, fixture.service, fixture.clock, fixture.logger);
  };
  Fixture alone;
  CHECK_FALSE(open(alone, alone.listener->port(), true));
  Fixture sharing([](ListenerOptions& options) { options.share_port = true; });
  CHECK(open(sharing, sharing.listener->port(), true));
  CHECK_FALSE(open(sharing, sharing.listener->port(), false));
}
