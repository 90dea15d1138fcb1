#include "setup/certificates.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <iostream>

#include "annex/util/random.h"
#include "tls/key_match.h"

namespace annex::setup {
namespace {

using std::chrono::hours;

const util::WallTime kStart{hours(24 * 20'000)};
const std::vector<std::string> kNames = serving_names("bakery", "ovens");

Renewal renewed(const CertificateSet& set, util::WallTime now,
                CertificatePolicy policy = {kNames}) {
  Result<Renewal> renewal = renew(set, policy, now);
  if (!renewal) FAIL(renewal.error().message);
  return std::move(*renewal);
}

/// Whether who trusts `bundle` believes what is shown.
bool believes(const std::string& bundle, const CertificateSet& shown, util::WallTime now) {
  const Result<tls::CaPool> pool = tls::CaPool::from_pem(bundle);
  const auto chain = tls::Certificate::from_pem(shown.certificate);
  return pool && chain && pool->verify({chain->front().der()}, tls::Usage::kServer, now);
}

tls::Certificate leaf_of(const CertificateSet& set) {
  return tls::Certificate::from_pem(set.certificate).value().front();
}

std::size_t count(const std::string& bundle) {
  return tls::Certificate::from_pem(bundle).value().size();
}

bool is_whole(const CertificateSet& set) {
  const auto key = tls::PrivateKey::from_pem(set.key);
  const auto ca_key = tls::PrivateKey::from_pem(set.ca_key);
  return key && tls::is_key_of(*key, leaf_of(set)) && ca_key &&
         tls::is_key_of(*ca_key, tls::Certificate::from_pem(set.ca_bundle).value().front());
}

}  // namespace

TEST_CASE("from nothing come a CA and a certificate of the service's names; then nothing is due") {
  const Renewal first = renewed({}, kStart);
  CHECK(first.steps.size() == 2);
  CHECK(is_whole(first.set));
  CHECK(believes(first.set.ca_bundle, first.set, kStart));
  const std::vector<std::string> names = leaf_of(first.set).names();
  for (const char* name : {"bakery.ovens.svc", "bakery.ovens.svc.cluster.local", "bakery.ovens",
                           "bakery", "localhost", "127.0.0.1"}) {
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
  const Renewal second = renewed(first.set, kStart + hours(1));
  CHECK(second.steps.empty());
  CHECK(second.set == first.set);
  CHECK(second.next == first.next);
}

TEST_CASE("the certificate is renewed at two thirds of its life, by the same CA") {
  const Renewal first = renewed({}, kStart);
  const util::WallTime two_thirds = kStart + hours(24 * 365) / 3 * 2;
  CHECK(first.next == two_thirds);
  CHECK(renewed(first.set, two_thirds - hours(1)).steps.empty());
  const Renewal second = renewed(first.set, two_thirds);
  CHECK(second.steps.size() == 1);
  CHECK(second.set.ca_bundle == first.set.ca_bundle);
  CHECK(second.set.certificate != first.set.certificate);
  CHECK(is_whole(second.set));
}

TEST_CASE("a new CA is trusted before it signs, an old one after: nobody is ever refused") {
  CertificatePolicy policy{kNames};
  policy.force_ca = true;
  const Renewal first = renewed({}, kStart);
  util::WallTime now = kStart + hours(100);
  const Renewal second = renewed(first.set, now, policy);
  CHECK(count(second.set.ca_bundle) == 2);
  CHECK(second.set.certificate == first.set.certificate);
  CHECK(is_whole(second.set));
  CHECK(second.next == now + policy.overlap);

  CHECK(renewed(second.set, now + policy.overlap - hours(1)).steps.empty());
  now += policy.overlap;
  const Renewal third = renewed(second.set, now);
  CHECK(third.set.certificate != first.set.certificate);
  CHECK(count(third.set.ca_bundle) == 2);
  CHECK(believes(second.set.ca_bundle, third.set, now));
  CHECK(believes(third.set.ca_bundle, first.set, now));

  now += policy.overlap;
  const Renewal fourth = renewed(third.set, now);
  CHECK(count(fourth.set.ca_bundle) == 1);
  CHECK(fourth.set.certificate == third.set.certificate);
  CHECK_FALSE(believes(fourth.set.ca_bundle, first.set, now));
}

TEST_CASE("through a hundred years of random waits, who has the bundle of a day ago is served") {
  const std::uint64_t seed = util::SystemRandom().next();
  INFO("ANNEX_SEED=" << seed);
  util::SeededRandom random(seed);
  const CertificatePolicy policy{kNames};
  util::WallTime now = kStart;
  CertificateSet set = renewed({}, now).set;
  std::deque<std::pair<util::WallTime, std::string>> published = {{now, set.ca_bundle}};
  std::size_t most = 1;
  int changes = 0;
  while (now < kStart + hours(24 * 36500)) {
    const Renewal plan = renewed(set, now);
    // Either soon, or just when it is due, or a little late.
    const auto wait = hours(random.next() % 3 == 0 ? random.next() % 2000 : 0);
    now = std::max(plan.next, now) + wait;
    const Renewal next = renewed(set, now);
    if (!next.steps.empty()) ++changes;
    set = next.set;
    published.emplace_back(now, set.ca_bundle);
    while (published.size() > 1 && published[1].first <= now - policy.overlap)
      published.pop_front();
    for (const auto& bundle : published) REQUIRE(believes(bundle.second, set, now));
    REQUIRE(is_whole(set));
    most = std::max(most, count(set.ca_bundle));
  }
  CHECK(changes > 100);
  CHECK(most == 2);
}

TEST_CASE("what cannot be used is made anew, and what still holds is kept as long as it does") {
  const Renewal first = renewed({}, kStart);
  const util::WallTime now = kStart + hours(1);
  SECTION("the CA's key is lost: the old CA stays trusted while its certificate is shown") {
    CertificateSet set = first.set;
    set.ca_key.clear();
    const Renewal second = renewed(set, now);
    CHECK(count(second.set.ca_bundle) == 2);
    CHECK(second.set.certificate == first.set.certificate);
  }
  SECTION("the bundle is lost: nobody believes the certificate, so it is replaced at once") {
    CertificateSet set = first.set;
    set.ca_bundle.clear();
    const Renewal second = renewed(set, now);
    CHECK(count(second.set.ca_bundle) == 1);
    CHECK(believes(second.set.ca_bundle, second.set, now));
  }
  SECTION("a write ended between the key and its certificate") {
    CertificateSet set = first.set;
    set.key = renewed({}, now).set.key;
    CHECK(is_whole(renewed(set, now).set));
  }
  SECTION("everything is rubbish") {
    CHECK(is_whole(renewed({"x", "y", "z", "-----BEGIN CERTIFICATE-----"}, now).set));
  }
  SECTION("all has ended") {
    const util::WallTime late = kStart + hours(24 * 4000);
    const Renewal second = renewed(first.set, late);
    CHECK(count(second.set.ca_bundle) == 1);
    CHECK(believes(second.set.ca_bundle, second.set, late));
  }
  SECTION("another name is wanted") {
    const Renewal second = renewed(first.set, now, {serving_names("other", "ovens")});
    CHECK(leaf_of(second.set).names().front() == "other.ovens.svc");
    CHECK(second.set.ca_bundle == first.set.ca_bundle);
  }
  SECTION("names are kept if none are given") {
    CertificatePolicy policy;
    policy.force_certificate = true;
    CHECK(leaf_of(renewed(first.set, now, policy).set).names() == leaf_of(first.set).names());
    CHECK_FALSE(renew({}, policy, now));
    CHECK_FALSE(renew({}, {{"not a name"}}, now));
  }
}

TEST_CASE("further names stay until others are given, and not those of another service") {
  CertificatePolicy wider{kNames};
  wider.names.emplace_back("bakery.example.com");
  const Renewal first = renewed({}, kStart, wider);
  const auto has = [](const Renewal& renewal, const char* name) {
    const std::vector<std::string> names = leaf_of(renewal.set).names();
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const util::WallTime due = kStart + hours(24 * 365) / 3 * 2;
  const Renewal second = renewed(first.set, due);
  CHECK(second.steps.size() == 1);
  CHECK(has(second, "bakery.example.com"));

  CertificatePolicy exact{kNames};
  exact.keep_names = false;
  exact.names.emplace_back("192.0.2.7");
  const Renewal third = renewed(second.set, due, exact);
  CHECK(third.steps.size() == 1);
  CHECK(has(third, "192.0.2.7"));
  CHECK_FALSE(has(third, "bakery.example.com"));
  CHECK(renewed(third.set, due, exact).steps.empty());

  const Renewal moved = renewed(third.set, due, {serving_names("oven", "ovens")});
  CHECK(has(moved, "oven.ovens.svc"));
  CHECK_FALSE(has(moved, "192.0.2.7"));
}

TEST_CASE("bundles are joined without doubles and without what has ended") {
  const std::string one = renewed({}, kStart).set.ca_bundle;
  const std::string two = renewed({}, kStart).set.ca_bundle;
  CHECK(join_bundles(one, two + one, kStart) == one + two);
  CHECK(join_bundles("", "rubbish", kStart).empty());
  CHECK(join_bundles(one, two, kStart + hours(24 * 3651)).empty());
  std::string many;
  for (int i = 0; i < 10; ++i) many += renewed({}, kStart).set.ca_bundle;
  CHECK(count(join_bundles(one, many, kStart)) == 8);
}

}  // namespace annex::setup
