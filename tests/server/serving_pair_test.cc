#include "annex/server/serving_pair.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "annex/tls/certificate.h"
#include "annex/util/manual_clock.h"
#include "tests/folder.h"

namespace util = annex::util;

TEST_CASE("a server without a certificate makes one, keeps it, and takes no half of a pair") {
  util::ManualClock clock;
  util::SeededRandom random(1);
  util::NullLogger logger;
  const annex::Environment environment{clock, random, logger};
  const annex::test::Folder folder;
  const std::vector<std::string> names = {"localhost", "127.0.0.1"};

  const auto made = annex::keep_serving_pair(folder.path("certs"), names, environment);
  REQUIRE(made);
  const auto chain = annex::tls::Certificate::from_pem(made->certificate_pem);
  REQUIRE(chain);
  REQUIRE(chain->size() == 2);
  CHECK(chain->front().names() == names);
  const auto ca = annex::tls::CaPool::from_pem(chain->back().pem());
  REQUIRE(ca);
  CHECK(ca->verify({chain->front().der()}, annex::tls::Usage::kServer, clock.wall_now()));

  const auto kept = annex::keep_serving_pair(folder.path("certs"), names, environment);
  REQUIRE(kept);
  CHECK(kept->certificate_pem == made->certificate_pem);
  std::filesystem::remove(folder.path("certs/apiserver.key"));
  CHECK_FALSE(annex::keep_serving_pair(folder.path("certs"), names, environment));

  const auto loose = annex::keep_serving_pair("", names, environment);
  REQUIRE(loose);
  CHECK(loose->certificate_pem != made->certificate_pem);
}
