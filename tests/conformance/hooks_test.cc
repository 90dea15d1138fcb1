// Every hook of a resource at work, as docs/hooks.md shows them.
#include <catch2/catch.hpp>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/testing/difference.h"
#include "annex/testing/fixture.h"

namespace {

using annex::testing::difference;
using annex::testing::status_difference;

struct LoafSpec {
  std::string flour;
  std::int32_t grams = 0;
  std::string baker;
  friend void describe(annex::schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::flour>("flour", "Kind of flour.");
    spec.field<&LoafSpec::grams>("grams", "Weight.");
    spec.field<&LoafSpec::baker>("baker", "Who created it.");
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata;
  LoafSpec spec;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard object metadata.");
    loaf.field<&Loaf::spec>("spec", "What to bake.").defaulted();
  }
};

// [defaults]
struct LoafHooks {
  /// What depends on other fields: a plain default is a member's initialiser.
  void default_object(Loaf& loaf) const {
    if (loaf.spec.grams == 0) loaf.spec.grams = loaf.spec.flour == "rye" ? 1000 : 500;
  }
  /// What clients do not decide.
  void prepare_create(const annex::HookContext& context, Loaf& loaf) const {
    loaf.spec.baker = context.user.name;
  }
  void prepare_update(Loaf& loaf, const Loaf& old) const { loaf.spec.baker = old.spec.baker; }
  // [defaults]
  // [rules]
  /// On create and on update; what is wrong is told field by field with 422.
  void validate(const Loaf& loaf, annex::FieldErrors& errors) const {
    if (loaf.spec.flour == "rye" && loaf.spec.grams < 750) {
      errors.invalid(annex::FieldPath("spec") / "grams", loaf.spec.grams, "rye needs 750");
    }
  }
  void validate_update(const Loaf& loaf, const Loaf& old, annex::FieldErrors& errors) const {
    if (loaf.spec.flour != old.spec.flour) {
      errors.forbidden(annex::FieldPath("spec") / "flour", "it is in the dough");
    }
  }
  std::vector<std::string> warn(const Loaf& loaf) const {
    if (loaf.spec.grams < 5000) return {};
    return {"such a loaf fits no shelf"};
  }
  // [rules]
  // [shown]
  std::vector<annex::Column<Loaf>> columns() const {
    return {
        {"Flour", "string", "Kind of flour.", [](const Loaf& loaf) { return loaf.spec.flour; }}};
  }
  std::vector<annex::SelectableField<Loaf>> selectable_fields() const {
    return {{"spec.flour", [](const Loaf& loaf) { return loaf.spec.flour; }}};
  }
  // [shown]
};

const std::string kLoaves = "/apis/bakery.example.com/v1/namespaces/default/loaves";

std::string loaf(const std::string& flour, int grams) {
  return R"({"metadata":{"name":"x"},"spec":{"flour":")" + flour + R"(","grams":)" +
         std::to_string(grams) + "}}";
}

TEST_CASE("Hooks default, prepare, refuse, warn and show") {
  annex::Server server("bakery");
  server.group("bakery.example.com").resource<Loaf>("loaves", "Loaf", LoafHooks{}).version("v1");
  annex::testing::Fixture fixture(server);
  const annex::testing::Fixture::Headers json = {{"Content-Type", "application/json"}};
  const auto change = [&](const std::string& body) {
    return fixture.send("PATCH", kLoaves + "/x", body,
                        {{"Content-Type", "application/merge-patch+json"}});
  };
  const auto made = fixture.send("POST", kLoaves, loaf("rye", 0), json);
  CHECK(difference(made.json(), "spec: {flour: rye, grams: 1000, baker: admin}") == "");
  CHECK(made.header("Warning").empty());
  CHECK(status_difference(change(loaf("wheat", 10)).json(),
                          {.code = 422, .fields = {{"spec.flour"}}}) == "");
  CHECK(status_difference(change(loaf("rye", 10)).json(),
                          {.code = 422, .message = "rye needs 750", .fields = {{"spec.grams"}}}) ==
        "");
  const auto large = change(loaf("rye", 6000));
  CHECK(difference(large.json(), "spec: {grams: 6000, baker: admin}") == "");
  CHECK(large.headers().all("Warning").size() == 1);
  CHECK_THAT(large.header("Warning"), Catch::Contains("such a loaf fits no shelf"));
  // Once, although hooks that warn have been asked for each of its tries.
  const auto again = fixture.send("POST", kLoaves, loaf("rye", 6000), json);
  CHECK(again.status() == 409);
  CHECK(again.headers().all("Warning").size() == 1);
  const auto table =
      fixture.get(kLoaves, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}}).json();
  CHECK(difference(table, "columnDefinitions: [{name: Name}, {name: Flour}, {name: Age}]") == "");
  const auto selected = fixture.get(kLoaves + "?fieldSelector=spec.flour%3Dwheat");
  CHECK(difference(selected.json(), "items: []") == "");
}

}  // namespace
