// Versions of described types: renames, defaults of a version, what is stored in another one.
#include <catch2/catch.hpp>
#include <future>

#include "annex/annex.h"
#include "annex/json/write.h"
#include "annex/storage/memory.h"
#include "annex/testing/fixture.h"
#include "annex/testing/round_trip.h"

using namespace annex;
using Catch::Contains;

namespace {

// [renames]
struct LoafSpec {
  std::string flour;
  std::optional<std::int32_t> slices;
  std::vector<std::string> seeds;
  friend void describe(annex::schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::flour>("flour", "Kind of flour.").max_length(8);
    spec.field<&LoafSpec::slices>("slices", "Slices to cut.");
    spec.field<&LoafSpec::seeds>("seeds", "On top of it.").list_set();
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata;
  LoafSpec spec;
  std::string note;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard metadata.");
    loaf.field<&Loaf::spec>("spec", "What to bake.").defaulted();
    loaf.field<&Loaf::note>("note", "For the baker.");
  }
};

/// The older form calls the flour "kind", and has the note elsewhere.
struct OldSpec {
  std::string kind;
  std::optional<std::int32_t> slices;
  std::vector<std::string> seeds;
  std::string note;
  friend void describe(annex::schema::Object<OldSpec>& spec) {
    spec.field<&OldSpec::kind>("kind", "Kind of flour.").max_length(8);
    spec.field<&OldSpec::slices>("slices", "Slices to cut.");
    spec.field<&OldSpec::seeds>("seeds", "On top of it.").list_set();
    spec.field<&OldSpec::note>("note", "For the baker.");
  }
};

struct OldLoaf {
  annex::meta::ObjectMeta metadata;
  OldSpec spec;
  friend void describe(annex::schema::Object<OldLoaf>& loaf) {
    loaf.field<&OldLoaf::metadata>("metadata", "Standard metadata.");
    loaf.field<&OldLoaf::spec>("spec", "What to bake.").defaulted();
  }
};

void describe_bakery(annex::Server& server) {
  server.group("bakery.example.com")
      .resource<Loaf>("loaves", "Loaf")
      .version("v1")
      .version<OldLoaf>("v1beta1",
                        annex::schema::Renames{{"spec.kind", "spec.flour"}, {"spec.note", "note"}});
}
// [renames]

/// A memory store that holds these texts, as loaves by name, from the beginning.
StoreKind holding(std::vector<std::pair<std::string, std::string>> loaves) {
  return {"memory",
          [loaves](const std::string&,
                   Environment environment) -> Result<std::unique_ptr<storage::Store>> {
            auto store = storage::make_memory_store({}, environment.clock, environment.random);
            for (const auto& [name, text] : loaves) {
              std::promise<bool> stored;
              store->commit({"/registry/bakery.example.com/loaves/default/" + name,
                             util::Bytes(text), storage::Guard::absent()},
                            [&](auto result) { stored.set_value(result.has_value()); });
              if (!stored.get_future().get()) return Error::internal("not stored");
            }
            return store;
          }};
}

std::string stored(const std::string& version, const std::string& name, const std::string& rest) {
  return R"({"kind":"Loaf","apiVersion":"bakery.example.com/)" + version +
         R"(","metadata":{"name":")" + name + R"(","namespace":"default","uid":"u"})" + rest + "}";
}

const std::string kLoaves = "/apis/bakery.example.com/v1/namespaces/default/loaves";
const std::string kOldLoaves = "/apis/bakery.example.com/v1beta1/namespaces/default/loaves";

}  // namespace

TEST_CASE("renamed members are the same in all versions") {
  Server server("bakery");
  describe_bakery(server);
  testing::Fixture fixture(server);
  json::Value old =
      json::Object{{"metadata", json::Object{{"name", "x"}}},
                   {"spec", json::Object{{"kind", "rye"}, {"note", "n"}, {"slices", 3}}}};
  REQUIRE(fixture.post(kOldLoaves, old).status() == 201);
  const json::Value shown = fixture.get(kLoaves + "/x").json();
  CHECK(json::write(*shown.find("spec")) == R"({"flour":"rye","slices":3})");
  CHECK(shown.at_string({"note"}) == "n");
  const auto patched =
      fixture.send("PATCH", kLoaves + "/x", R"({"spec":{"flour":"oat"},"note":null})",
                   {{"Content-Type", "application/merge-patch+json"}});
  REQUIRE(patched.status() == 200);
  CHECK(json::write(*fixture.get(kOldLoaves + "/x").json().find("spec")) ==
        R"({"kind":"oat","slices":3})");
}

// [round_trip]
TEST_CASE("conversions lose nothing that clients write") {
  annex::Server server("bakery");
  describe_bakery(server);
  const auto result = annex::testing::check_round_trips(server);
  INFO(result.text());
  CHECK(result.lost.empty());
  CHECK(result.untried.empty());
}
// [round_trip]

/// v1beta1 has no place for seeds, and its notes are not read.
Loaf from_lossy(const OldLoaf& old) {
  Loaf loaf;
  loaf.metadata = old.metadata;
  loaf.spec = {old.spec.kind, old.spec.slices, old.spec.seeds};
  return loaf;
}
OldLoaf to_lossy(const Loaf& loaf) {
  OldLoaf old;
  old.metadata = loaf.metadata;
  old.spec = {loaf.spec.flour, loaf.spec.slices, {}, loaf.note};
  return old;
}

TEST_CASE("a conversion that loses a field is found, and told with what it lost") {
  Server server("bakery");
  server.group("bakery.example.com")
      .resource<Loaf>("loaves", "Loaf")
      .version("v1")
      .version<OldLoaf>("v1beta1", from_lossy, to_lossy);
  testing::RoundTripOptions options;
  options.seed = 7;
  const auto result = testing::check_round_trips(server, options);
  REQUIRE(result.lost.size() == 1);
  CHECK_THAT(result.lost[0], Contains("loaves v1beta1: spec.") && Contains(" was written as "));
  CHECK(result.seed == 7);
  CHECK(testing::check_round_trips(server, options).lost == result.lost);
  // What is lost is repaired here by nobody writing it.
  options.adjust = [](const std::string&, const std::string& version, json::Value& document) {
    if (version != "v1beta1" || document.find("spec") == nullptr) return;
    document.find("spec")->as_object().erase("seeds");
    document.find("spec")->as_object().erase("note");
  };
  CHECK(testing::check_round_trips(server, options).lost.empty());
}

TEST_CASE(
    "a dry run shows what would be stored; the update that ends a deleted object, what was sent") {
  Server server("bakery");
  server.group("bakery.example.com")
      .resource<Loaf>("loaves", "Loaf")
      .version("v1")
      .version<OldLoaf>("v1beta1", from_lossy, to_lossy)
      .stored();
  testing::Fixture fixture(server);
  const auto patch = [&](const std::string& query, const std::string& text) {
    return fixture.send("PATCH", kLoaves + "/x" + query, text,
                        {{"Content-Type", "application/merge-patch+json"}});
  };
  const json::Value loaf = json::Object{
      {"metadata", json::Object{{"name", "x"}, {"finalizers", json::Array{"a.example.com/b"}}}},
      {"spec", json::Object{{"flour", "rye"}, {"seeds", json::Array{"poppy"}}}}};
  const auto seeds = [](const testing::Reply& response) {
    const json::Value shown = response.json();
    return shown.find("spec")->find("seeds") != nullptr;
  };
  CHECK_FALSE(seeds(fixture.post(kLoaves + "?dryRun=All", loaf)));
  const auto made = fixture.post(kLoaves, loaf);
  REQUIRE(made.status() == 201);
  CHECK_FALSE(seeds(made));
  CHECK_FALSE(seeds(patch("?dryRun=All", R"({"spec":{"seeds":["poppy"]}})")));

  REQUIRE(fixture.send("DELETE", kLoaves + "/x").status() == 200);
  // The last finalizer goes, and the object with it: what is answered was never stored.
  const std::string ending = R"({"metadata":{"finalizers":null},"spec":{"seeds":["poppy"]}})";
  CHECK(seeds(patch("?dryRun=All", ending)));
  const auto last = patch("", ending);
  REQUIRE(last.status() == 200);
  CHECK(seeds(last));
  CHECK(fixture.get(kLoaves + "/x").status() == 404);
}

TEST_CASE("renames that do not cover a version are told at the start") {
  Server server("bakery");
  server.group("bakery.example.com")
      .resource<Loaf>("loaves", "Loaf")
      .version("v1")
      .version<OldLoaf>("v1beta1",
                        schema::Renames{{"spec.kind", "spec.flour"}, {"spec.none", "note"}});
  CHECK_THROWS_WITH(
      testing::Fixture(server),
      Contains("v1beta1: spec.none cannot be renamed: the version has no such member") &&
          Contains("spec.note is not in the hub form: rename it, or convert in code"));
}

TEST_CASE("what is stored in an older version is read, and rewritten by the next update") {
  Server server("bakery");
  server.store(holding({{"x", stored("v1beta1", "x", R"(,"spec":{"kind":"rye"})")}}));
  describe_bakery(server);
  testing::Fixture fixture(server);
  const auto before = fixture.get(kLoaves + "/x");
  CHECK(before.json().at_string({"spec", "flour"}) == "rye");
  // An update that changes nothing writes the stored version: how storage is migrated.
  const auto put = fixture.put(kLoaves + "/x", before.json());
  REQUIRE(put.status() == 200);
  CHECK(put.json().at_string({"spec", "flour"}) == "rye");
  CHECK(put.json().at_string({"metadata", "resourceVersion"}) !=
        before.json().at_string({"metadata", "resourceVersion"}));
  const auto again = fixture.put(kLoaves + "/x", put.json());
  CHECK(again.json().at_string({"metadata", "resourceVersion"}) ==
        put.json().at_string({"metadata", "resourceVersion"}));
}

TEST_CASE("an object in an unknown version is an error for itself, and is never written over") {
  Server server("bakery");
  server.store(holding({{"new", stored("v3", "new", R"(,"spec":{"flour":"rye"},"future":1)")},
                        {"x", stored("v1", "x", R"(,"spec":{"flour":"rye"})")}}));
  describe_bakery(server);
  testing::Fixture fixture(server);
  CHECK(fixture.get(kLoaves + "/x").status() == 200);
  CHECK(fixture.get(kLoaves).json().find("items")->as_array().size() == 1);
  const std::string rv = fixture.get(kLoaves).json().at_string({"metadata", "resourceVersion"});
  CHECK(fixture.get(kLoaves + "?resourceVersionMatch=Exact&resourceVersion=" + rv)
            .json()
            .find("items")
            ->as_array()
            .size() == 1);
  const auto told = [](const testing::Reply& reply) {
    CHECK(reply.status() == 500);
    CHECK_THAT(reply.json().at_string({"message"}),
               Contains("default/new") && Contains("unknown version \"bakery.example.com/v3\""));
  };
  told(fixture.get(kLoaves + "/new"));
  told(fixture.post(kLoaves, json::Object{{"metadata", json::Object{{"name", "new"}}}}));
  told(fixture.send("PATCH", kLoaves + "/new", "{}",
                    {{"Content-Type", "application/merge-patch+json"}}));
  told(fixture.send("DELETE", kLoaves + "/new"));
}
