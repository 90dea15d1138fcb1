#include <catch2/catch.hpp>

#include "annex/meta/object_meta.h"
#include "annex/registry/resource.h"
#include "tests/registry/thing.h"

using namespace annex;
using test::thing;

namespace {

struct Bare {
  std::string size{};
  friend void describe(schema::Object<Bare>& bare) { bare.field<&Bare::size>("size", ""); }
};
struct OddMetadata {
  std::string metadata{};
  friend void describe(schema::Object<OddMetadata>& odd) {
    odd.field<&OddMetadata::metadata>("metadata", "");
  }
};
struct OwnKind {
  meta::ObjectMeta metadata{};
  std::string kind{};
  friend void describe(schema::Object<OwnKind>& own) {
    own.field<&OwnKind::metadata>("metadata", "");
    own.field<&OwnKind::kind>("kind", "");
  }
};

}  // namespace

TEST_CASE("groups collect the versions of their resources") {
  registry::Registry registry;
  REQUIRE(registry.add(thing("things", {"v1"})));
  REQUIRE(registry.add(thing("others", {"v1", "v1beta1"})));
  REQUIRE(registry.find_group("g.io") != nullptr);
  CHECK(registry.find_group("g.io")->versions == std::vector<std::string>{"v1", "v1beta1"});
  registry.prefer("g.io", {"v1beta1"});
  CHECK(registry.find_group("g.io")->versions == std::vector<std::string>{"v1beta1", "v1"});
  CHECK(registry.find("g.io", "v1beta1", "others") != nullptr);
  CHECK(registry.find("g.io", "v1beta1", "things") == nullptr);
}

TEST_CASE("resources that cannot be served are refused with their name") {
  registry::Registry registry;
  REQUIRE(registry.add(thing("things", {"v1"})));
  const auto refusal = [&](registry::Resource resource, const auto& spoil) {
    spoil(resource);
    const std::string name = '"' + resource.group_resource() + '"';
    const Result<void> added = registry.add(std::move(resource));
    if (added) return std::string("accepted");
    CHECK(added.error().reason == Reason::kInvalid);
    CHECK_THAT(added.error().message, Catch::Contains(name));
    return added.error().message;
  };
  const auto as_it_is = [](registry::Resource&) {};
  const auto spoilt = [&](const auto& spoil) { return refusal(thing("others", {"v1"}), spoil); };
  using R = registry::Resource;

  CHECK_THAT(refusal(thing("things", {"v1"}), as_it_is), Catch::Contains("is there already"));
  CHECK_THAT(refusal(thing("others", {}), as_it_is), Catch::Contains("no version"));
  CHECK_THAT(refusal(thing("others", {"v1", "v1"}), as_it_is), Catch::Contains("\"v1\" twice"));
  CHECK_THAT(refusal(thing("others", {"1"}), as_it_is), Catch::Contains("no name such as \"v1\""));
  CHECK_THAT(refusal(thing("Others", {"v1"}), as_it_is), Catch::Contains("plural"));
  CHECK_THAT(refusal(thing<Bare>("others", {"v1"}), as_it_is),
             Catch::Contains("\"io.g.T\", which has no field \"metadata\""));
  CHECK_THAT(refusal(thing<OddMetadata>("others", {"v1"}), as_it_is),
             Catch::Contains("\"io.g.T\", whose field \"metadata\" is no annex::meta::ObjectMeta"));
  CHECK_THAT(refusal(thing<OwnKind>("others", {"v1"}), as_it_is),
             Catch::Contains("\"io.g.T\", whose field \"kind\""));
  CHECK_THAT(spoilt([](R& r) { r.plural.clear(); }), Catch::Contains("no plural"));
  CHECK_THAT(spoilt([](R& r) { r.kind = "other thing"; }), Catch::Contains("\"other thing\""));
  CHECK_THAT(spoilt([](R& r) { r.group = "G"; }), Catch::Contains("group"));
  CHECK_THAT(spoilt([](R& r) { r.short_names = {"O"}; }), Catch::Contains("\"O\""));
  CHECK_THAT(spoilt([](R& r) { r.storage_version = "v2"; }), Catch::Contains("\"v2\""));
  CHECK_THAT(spoilt([](R& r) { r.types.reset(); }), Catch::Contains("type table"));
  CHECK_THAT(spoilt([](R& r) { r.hub_type = 1000; }), Catch::Contains("hub"));
  CHECK_THAT(spoilt([](R& r) { r.versions[0].served = false; }), Catch::Contains("served"));
  CHECK_THAT(spoilt([](R& r) { r.strategy.status_subresource = true; }),
             Catch::Contains("\"io.g.T\" has no field \"status\""));
  CHECK_THAT(spoilt([](R& r) {
               r.strategy.scale = {"metadata.generation", "status.n", ""};
             }),
             Catch::Contains("\"metadata.generation\" of the spec replicas does not begin with"));
  CHECK_THAT(spoilt([](R& r) {
               r.strategy.scale = {".spec.n", "status.n", ""};
             }),
             Catch::Contains("\".spec.n\" of the spec replicas is no field of the type"));
  CHECK_THAT(spoilt([](R& r) {
               r.strategy.columns = {{"A", "string", "", "", 0}};
             }),
             Catch::Contains("cells"));
  CHECK_THAT(spoilt([](R& r) {
               r.strategy.columns = {{"A", "text", "", "", 0}};
               r.strategy.cells = [](const json::Value&, util::WallTime) { return json::Array(); };
             }),
             Catch::Contains("\"A\"") && Catch::Contains("\"text\""));
  CHECK_THAT(spoilt([](R& r) {
               r.strategy.selectable_fields = {{"metadata.name", {}}};
             }),
             Catch::Contains("\"metadata.name\""));
}

TEST_CASE("names and verbs of a resource") {
  registry::Resource resource = thing("things", {"v1", "v2"});
  CHECK(resource.storage().name == "v1");
  resource.storage_version = "v2";
  CHECK(resource.storage().name == "v2");
  CHECK(resource.group_resource() == "things.g.io");
  CHECK(resource.group_kind() == "Thing.g.io");
  CHECK(resource.api_version(resource.storage()) == "g.io/v2");
  CHECK(resource.verbs().size() == 8);
  CHECK(resource.subresources().empty());
  resource.strategy.status_subresource = true;
  CHECK(resource.subresource_verbs("status") == std::vector<std::string>{"get", "patch", "update"});
}
