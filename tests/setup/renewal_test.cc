#include "setup/renewal.h"

#include <catch2/catch.hpp>

#include "annex/schema/formats.h"
#include "annex/util/logger.h"
#include "setup/renewal_task.h"
#include "setup/serving.h"
#include "tests/folder.h"
#include "tests/setup/fake_cluster.h"

namespace annex::setup {
namespace {

using std::chrono::hours;
using test::FakeCluster;

const std::string kRegistered = "/apis/apiregistration.k8s.io/v1/apiservices/v1.bakery.example.com";
const std::string kKept = "/api/v1/namespaces/ovens/secrets/bakery-serving";

/// A cluster, and what renews in it.
struct Renewing {
  Renewing() {
    options.policy.names = serving_names("bakery", "ovens");
    options.tell = [this](const std::string& line) { told.push_back(line); };
  }
  Renewal run(CertificateKeeper& keeper) {
    told.clear();
    Result<Renewal> renewal = renew_kept(cluster.plan, keeper, options, cluster.clock.wall_now());
    if (!renewal) FAIL(renewal.error().message);
    return std::move(*renewal);
  }
  std::string bundle() const {
    return schema::parse_base64(cluster.objects.at(kRegistered).at_string({"spec", "caBundle"}))
        .value();
  }

  FakeCluster cluster;
  kube::Objects objects{cluster, cluster.clock, cluster.random,
                        [](util::TimePoint) { return false; }};
  RenewalOptions options;
  std::vector<std::string> told;
};

}  // namespace

TEST_CASE("certificates are renewed in their Secret, and again nothing is due") {
  Renewing work;
  const auto keeper = keep_in_secret(work.cluster.plan, work.objects);
  const Renewal first = work.run(*keeper);
  CHECK(keeper->read().value() == first.set);
  CHECK(work.told.back() == "Secret ovens/bakery-serving: written");
  CHECK(work.cluster.applied == std::vector<std::string>{kKept});
  work.run(*keeper);
  CHECK(work.told.empty());
  CHECK(work.cluster.applied.size() == 1);
}

TEST_CASE(
    "whom kube-apiserver trusts is written before what is shown, and to our APIServices alone") {
  Renewing work;
  work.options.api_services = &work.objects;
  const auto keeper = keep_in_secret(work.cluster.plan, work.objects);
  const std::string before = work.bundle();
  const Renewal renewal = work.run(*keeper);
  CHECK(work.cluster.applied ==
        std::vector<std::string>{kRegistered,
                                 "/apis/apiregistration.k8s.io/v1/apiservices/"
                                 "v1beta1.bakery.example.com",
                                 kKept});
  CHECK(work.bundle() == renewal.set.ca_bundle);
  // What signed the certificate that is shown now stays trusted.
  CHECK(work.bundle().find(before) != std::string::npos);
}

TEST_CASE("a foreign CA in a caBundle is trusted no longer; one that signed what is shown is") {
  Renewing work;
  work.options.api_services = &work.objects;
  const auto keeper = keep_in_secret(work.cluster.plan, work.objects);
  work.options.policy.overlap = hours(0);
  work.run(*keeper);
  work.cluster.clock.advance(hours(1));
  const Renewal own = work.run(*keeper);
  const CertificateSet another = renew({}, work.options.policy, work.cluster.clock.wall_now())->set;
  const auto trust = [&](const std::string& bundle) {
    work.cluster.at(kRegistered, {"spec", "caBundle"}) = schema::write_base64(bundle);
  };

  trust(another.ca_bundle);
  work.run(*keeper);
  CHECK(work.bundle() == own.set.ca_bundle);

  // A write of the Secret that was lost: its certificate is by a CA that only kube-apiserver knows.
  CertificateSet half = own.set;
  half.ca_bundle = another.ca_bundle;
  half.ca_key = another.ca_key;
  REQUIRE(keeper->write(half));
  trust(own.set.ca_bundle);
  work.options.policy.overlap = hours(24);
  work.run(*keeper);
  CHECK(work.bundle() == another.ca_bundle + own.set.ca_bundle);
}

TEST_CASE("a skipped verification is switched on again") {
  Renewing work;
  const auto keeper = keep_in_secret(work.cluster.plan, work.objects);
  work.options.api_services = &work.objects;
  work.run(*keeper);
  work.cluster.at(kRegistered, {"spec", "insecureSkipTLSVerify"}) = true;
  work.run(*keeper);
  CHECK(work.told.size() == 1);
  CHECK(work.cluster.at(kRegistered, {"spec", "insecureSkipTLSVerify"}) == json::Value(false));
}

TEST_CASE("what is not registered is not made up, and a dry run changes nothing") {
  Renewing work;
  work.options.api_services = &work.objects;
  work.options.dry_run = true;
  const auto keeper = keep_in_secret(work.cluster.plan, work.objects);
  work.run(*keeper);
  CHECK(work.cluster.objects.count(kKept) == 0);
  work.cluster.remove(kRegistered);
  const Result<Renewal> renewal =
      renew_kept(work.cluster.plan, *keeper, work.options, work.cluster.clock.wall_now());
  REQUIRE_FALSE(renewal);
  CHECK(renewal.error().reason == Reason::kNotFound);
}

TEST_CASE(
    "a server's own task renews in time, waits as long as nothing is due, and bears failures") {
  Renewing work;
  const annex::test::Folder folder;
  util::NullLogger logger;
  RenewalOptions options;
  options.policy.names = work.options.policy.names;
  options.policy.life = hours(30);
  options.api_services = &work.objects;
  RenewalTask task(work.cluster.plan, keep_in_folder(folder.path("own")), options,
                   {work.cluster.clock, work.cluster.random, logger});
  REQUIRE(task.round());
  CHECK(task.pause() == hours(1));
  const CertificateSet first = keep_in_folder(folder.path("own"))->read().value();
  CHECK(work.bundle().find(first.ca_bundle.substr(0, 200)) != std::string::npos);
  for (int hour = 0; hour < 19; ++hour) {
    work.cluster.clock.advance(hours(1));
    REQUIRE(task.round());
  }
  CHECK(keep_in_folder(folder.path("own"))->read().value().certificate == first.certificate);
  work.cluster.clock.advance(hours(1));
  work.cluster.down = Error::unavailable("connection refused");
  CHECK_FALSE(task.round());
  CHECK(task.pause() == std::chrono::minutes(1));
  work.cluster.down = {};
  REQUIRE(task.round());
  CHECK(keep_in_folder(folder.path("own"))->read().value().certificate != first.certificate);
}

}  // namespace annex::setup
