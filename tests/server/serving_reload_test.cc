#include "server/serving_reload.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "annex/server/serving_pair.h"
#include "annex/util/manual_clock.h"
#include "http/client.h"
#include "tests/folder.h"
#include "tests/recording_logger.h"
#include "tests/transport/fixture.h"

namespace fs = std::filesystem;
namespace util = annex::util;
using annex::Result;
using annex::transport::ServingCertificates;
using annex::transport::test::Fixture;
using std::chrono::seconds;

namespace {

annex::tls::Identity leaf(Fixture& fixture, const std::string& name) {
  const auto begin = fixture.clock.wall_now() - seconds(60);
  const auto made = annex::tls::issue(
      fixture.ca, {{{name}, {}}, {name}, annex::tls::Usage::kServer, begin, begin + seconds(3600)});
  REQUIRE(made);
  return *made;
}

/// A Secret's volume: the files are links into a folder that a link names, which is swapped.
class SecretVolume {
 public:
  SecretVolume() {
    for (const char* const name : {"tls.crt", "tls.key"}) {
      fs::create_symlink(std::string("..data/") + name, folder_.path(name));
    }
  }
  void publish(const std::string& certificate, const std::string& key) {
    const std::string version = "v" + std::to_string(++version_);
    fs::create_directory(folder_.path(version));
    folder_.write(version + "/tls.crt", certificate);
    folder_.write(version + "/tls.key", key);
    fs::create_symlink(version, folder_.path("..next"));
    fs::rename(folder_.path("..next"), folder_.path("..data"));
  }
  Result<ServingCertificates> read() const {
    const auto pair = annex::read_serving_pair(folder_.path("tls.crt"), folder_.path("tls.key"));
    if (!pair) return pair.error();
    return ServingCertificates{pair->certificate_pem, pair->key_pem, {}, {}};
  }

 private:
  annex::test::Folder folder_;
  int version_ = 0;
};

bool proves(Fixture& fixture, const std::string& name) {
  annex::http::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = fixture.listener->port();
  endpoint.server_name = name;
  endpoint.ca_pem = fixture.ca.certificate.pem();
  const auto client = annex::http::Client::make(std::move(endpoint), {}, fixture.clock);
  REQUIRE(client);
  return (*client)->call({"GET", "/echo", {}, {}}, fixture.clock.now() + seconds(20)).has_value();
}

}  // namespace

TEST_CASE("a Secret's swapped certificate is used in new handshakes, a bad one is not") {
  Fixture fixture;
  SecretVolume volume;
  const auto first = leaf(fixture, "first.svc");
  const auto second = leaf(fixture, "second.svc");
  volume.publish(first.certificate.pem(), first.key.pem());
  const auto served = volume.read();
  REQUIRE(served);
  REQUIRE(fixture.listener->reload(*served));
  annex::test::RecordingLogger logger;
  annex::detail::ServingReload reload(
      *served, [&] { return volume.read(); },
      [&](const ServingCertificates& fresh) { return fixture.listener->reload(fresh); }, logger);

  const annex::transport::test::Client open(fixture);
  reload.check();
  CHECK(logger.lines().empty());
  CHECK(proves(fixture, "first.svc"));

  // The key of another certificate, an empty file, and no certificate: told once, nothing changes.
  const auto bad = GENERATE(0, 1, 2);
  volume.publish(bad == 1   ? std::string()
                 : bad == 2 ? "none"
                            : second.certificate.pem(),
                 first.key.pem());
  reload.check();
  reload.check();
  CHECK(logger.lines().size() == 1);
  CHECK(proves(fixture, "first.svc"));

  volume.publish(second.certificate.pem(), second.key.pem());
  reload.check();
  REQUIRE(logger.lines().size() == 2);
  CHECK(logger.lines()[1].rfind("Loaded a new cert/key pair", 0) == 0);
  CHECK(proves(fixture, "second.svc"));
  CHECK_FALSE(proves(fixture, "first.svc"));
  reload.check();
  CHECK(logger.lines().size() == 2);
}

TEST_CASE("the thread reloads by itself, and stops when told") {
  Fixture fixture;
  util::Mutex mutex;
  util::CondVar changed;
  int applied = 0;
  util::NullLogger logger;
  annex::detail::ServingReload reload(
      {},
      [] {
        return Result<ServingCertificates>(ServingCertificates{"new", "key", {}, {}});
      },
      [&](const ServingCertificates&) {
        const util::MutexLock lock(mutex);
        ++applied;
        changed.notify_all();
        return Result<void>();
      },
      logger);
  reload.start(std::chrono::milliseconds(1));
  {
    const util::MutexLock lock(mutex);
    while (applied == 0) REQUIRE(changed.wait_for(mutex, seconds(30)));
  }
  reload.stop();
  CHECK(applied == 1);
}
