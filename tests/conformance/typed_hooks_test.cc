#include <catch2/catch.hpp>

#include <future>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/storage/memory.h"
#include "annex/testing/fixture.h"

using namespace annex;
using Catch::Contains;

namespace {

enum class Crust { kThin, kThick };
void describe(schema::Enum<Crust>& crust) {
  crust.value(Crust::kThin, "Thin").value(Crust::kThick, "Thick");
}

struct LoafSpec {
  Crust crust = Crust::kThin;
  std::string note{};
  friend void describe(schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::crust>("crust", "How thick it is.");
    spec.field<&LoafSpec::note>("note", "What hooks write.");
  }
};

struct Loaf {
  meta::ObjectMeta metadata{};
  LoafSpec spec{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard metadata.");
    loaf.field<&Loaf::spec>("spec", "What to bake.");
  }
};

/// Of another shape, with the crust where it is in the hub.
struct OldLoaf {
  meta::ObjectMeta metadata{};
  LoafSpec spec{};
  std::string remark{};
  friend void describe(schema::Object<OldLoaf>& loaf) {
    loaf.field<&OldLoaf::metadata>("metadata", "Standard metadata.");
    loaf.field<&OldLoaf::spec>("spec", "What to bake.");
    loaf.field<&OldLoaf::remark>("remark", "What hooks write.");
  }
};

Loaf to_hub(const OldLoaf& old) { return {old.metadata, {old.spec.crust, old.remark}}; }
OldLoaf from_hub(const Loaf& loaf) {
  return {loaf.metadata, {loaf.spec.crust, ""}, loaf.spec.note};
}
Loaf always_thick(const OldLoaf& old) { return {old.metadata, {Crust::kThick, old.remark}}; }

/// Keeps the version that the object was written in, as many conversions do.
Loaf marking_to_hub(const OldLoaf& old) {
  Loaf loaf = to_hub(old);
  loaf.metadata.annotations["written"] = "v1";
  return loaf;
}
OldLoaf unmarking_from_hub(const Loaf& loaf) {
  OldLoaf old = from_hub(loaf);
  old.metadata.annotations.erase("written");
  return old;
}

/// Leave nothing in what they are given.
Loaf moving_to_hub(OldLoaf old) {
  Loaf loaf = to_hub(old);
  loaf.metadata = std::move(old.metadata);
  old = {};
  return loaf;
}
OldLoaf moving_from_hub(Loaf&& loaf) {
  OldLoaf old = from_hub(loaf);
  old.metadata = std::move(loaf.metadata);
  loaf = {};
  return old;
}

/// Of a program that has never heard of managedFields.
template <typename T>
T forgetful(T loaf) {
  loaf.metadata.managed_fields.clear();
  return loaf;
}
Loaf forgetful_to_hub(const OldLoaf& old) { return forgetful(to_hub(old)); }
OldLoaf forgetful_from_hub(const Loaf& loaf) { return forgetful(from_hub(loaf)); }
struct ForgetfulHooks {
  void default_object(OldLoaf& loaf) const {
    if (loaf.remark.empty()) loaf.remark = "defaulted";
    loaf.metadata.managed_fields.clear();
  }
};

/// Each changes something, and not the crust.
struct Hooks {
  void default_object(Loaf& loaf) const {
    if (loaf.spec.note.empty()) loaf.spec.note = "defaulted";
  }
  void prepare_update(Loaf& loaf, const Loaf&) const { loaf.spec.note = "updated"; }
  Result<void> admit(Operation, Loaf* loaf, const Loaf*) const {
    if (loaf != nullptr) loaf->metadata.labels["admitted"] = "yes";
    return {};
  }
};

/// A memory store that holds this text under the key of a loaf from the beginning.
StoreKind holding(std::string text) {
  return {"memory",
          [text](const std::string&,
                 Environment environment) -> Result<std::unique_ptr<storage::Store>> {
            auto store = storage::make_memory_store({}, environment.clock, environment.random);
            std::promise<bool> stored;
            store->commit({"/registry/bakery.example.com/loaves/default/x", util::Bytes(text),
                           storage::Guard::absent()},
                          [&](auto result) { stored.set_value(result.has_value()); });
            if (!stored.get_future().get()) return Error::internal("not stored");
            return store;
          }};
}

std::string stored_loaf(const std::string& version, const std::string& crust) {
  return R"({"kind":"Loaf","apiVersion":"bakery.example.com/)" + version +
         R"(","metadata":{"name":"x","namespace":"default","uid":"u"},"spec":{"crust":")" + crust +
         "\"}}";
}

constexpr const char* kLoaf = "/apis/bakery.example.com/v2/namespaces/default/loaves/x";
constexpr const char* kOldLoaf = "/apis/bakery.example.com/v1/namespaces/default/loaves/x";

struct Bakery {
  Server server{"bakery"};

  explicit Bakery(const std::string& stored) { server.store(holding(stored)); }

  /// Loaves in both versions, stored in the older one.
  template <typename ToHub, typename FromHub, typename LoafHooks = NoHooks>
  void stores_old(ToHub to, FromHub from, LoafHooks hooks = {}) {
    server.group("bakery.example.com")
        .resource<Loaf>("loaves", "Loaf", std::move(hooks))
        .version("v2")
        .template version<OldLoaf>("v1", to, from)
        .stored();
  }
};

std::string crust_of(const testing::Reply& reply) {
  return reply.json().at_string({"spec", "crust"});
}

testing::Reply patch(testing::Fixture& fixture, const char* target, const char* body) {
  return fixture.send("PATCH", target, body, {{"Content-Type", "application/merge-patch+json"}});
}

}  // namespace

TEST_CASE("an undeclared text of an enum outlives hooks that change something else") {
  Bakery bakery(stored_loaf("v2", "Odd"));
  bakery.server.group("bakery.example.com").resource<Loaf>("loaves", "Loaf", Hooks{}).version("v2");
  testing::Fixture fixture(bakery.server);
  const testing::Reply read = fixture.get(kLoaf);
  REQUIRE(read.status() == 200);
  CHECK(crust_of(read) == "Odd");
  CHECK(read.json().at_string({"spec", "note"}) == "defaulted");

  // What is as it was stands in nobody's way, a new wrong value does.
  const testing::Reply kept = patch(fixture, kLoaf, R"({"metadata":{"labels":{"a":"b"}}})");
  CHECK(kept.status() == 200);
  CHECK(crust_of(kept) == "Odd");
  const testing::Reply refused = patch(fixture, kLoaf, R"({"spec":{"crust":"Even"}})");
  CHECK(refused.status() == 422);
  CHECK_THAT(refused.json().at_string({"message"}),
             Contains("spec.crust: Unsupported value: \"Even\": supported values: \"Thin\", "
                      "\"Thick\""));
  CHECK(crust_of(fixture.get(kLoaf)) == "Odd");

  const testing::Reply mended = patch(fixture, kLoaf, R"({"spec":{"crust":"Thick"}})");
  REQUIRE(mended.status() == 200);
  CHECK(crust_of(mended) == "Thick");
  CHECK(mended.json().at_string({"spec", "note"}) == "updated");
  CHECK(mended.json().at_string({"metadata", "labels", "admitted"}) == "yes");
}

TEST_CASE("an undeclared text of an enum is shown in every version that has the field") {
  const std::string version = GENERATE("v1", "v2");
  Bakery bakery(stored_loaf(version, "Odd"));
  bakery.server.group("bakery.example.com")
      .resource<Loaf>("loaves", "Loaf", Hooks{})
      .version("v2")
      .version<OldLoaf>("v1", to_hub, from_hub);
  testing::Fixture fixture(bakery.server);
  CHECK(crust_of(fixture.get(kLoaf)) == "Odd");
  CHECK(crust_of(fixture.get(kOldLoaf)) == "Odd");
  CHECK(crust_of(patch(fixture, kOldLoaf, R"({"remark":"r"})")) == "Odd");
  CHECK(crust_of(patch(fixture, kOldLoaf, R"({"spec":{"crust":"Thick"}})")) == "Thick");
}

TEST_CASE("an undeclared text of an enum that a conversion cannot carry is refused") {
  Bakery bakery(stored_loaf("v2", "Thin"));
  bakery.server.group("bakery.example.com")
      .resource<Loaf>("loaves", "Loaf")
      .version("v2")
      .version<OldLoaf>("v1", always_thick, from_hub);
  testing::Fixture fixture(bakery.server);
  const testing::Reply answer =
      fixture.send("POST", "/apis/bakery.example.com/v1/namespaces/default/loaves",
                   R"({"metadata":{"name":"y"},"spec":{"crust":"Odd"}})", {});
  CHECK(answer.status() == 422);
  CHECK(answer.json().at_string({"message"}) ==
        "Loaf.bakery.example.com \"y\" is invalid: spec.crust: Unsupported value: \"Odd\": "
        "supported values: \"Thin\", \"Thick\"");
  CHECK(fixture.get("/apis/bakery.example.com/v2/namespaces/default/loaves/y").status() == 404);
}

TEST_CASE("who set which field outlives conversions and defaults that do not keep it") {
  Bakery bakery(stored_loaf("v1", "Thin"));
  bakery.stores_old(forgetful_to_hub, forgetful_from_hub, ForgetfulHooks{});
  testing::Fixture fixture(bakery.server);
  const testing::Reply made =
      fixture.send("POST", "/apis/bakery.example.com/v2/namespaces/default/loaves?fieldManager=me",
                   R"({"metadata":{"name":"y"},"spec":{"crust":"Thick"}})",
                   {{"Content-Type", "application/json"}});
  REQUIRE(made.status() == 201);
  const json::Value document = made.json();
  const json::Value* managers = document.find("metadata")->find("managedFields");
  REQUIRE(managers != nullptr);
  CHECK(managers->as_array().at(0).at_string({"manager"}) == "me");
  for (const char* version : {"v1", "v2"}) {
    const json::Value shown = fixture
                                  .get("/apis/bakery.example.com/" + std::string(version) +
                                       "/namespaces/default/loaves/y")
                                  .json();
    const json::Value* kept = shown.find("metadata")->find("managedFields");
    REQUIRE(kept != nullptr);
    CHECK(*kept == *managers);
  }
}

TEST_CASE("what a conversion makes of metadata is what its version shows") {
  Bakery bakery(stored_loaf("v1", "Thin"));
  bakery.stores_old(marking_to_hub, unmarking_from_hub);
  testing::Fixture fixture(bakery.server);
  const std::string body =
      R"({"metadata":{"name":"y","labels":{"a":"b"},"annotations":{"c":"d"}},"spec":{}})";
  REQUIRE(fixture.send("POST", "/apis/bakery.example.com/v1/namespaces/default/loaves", body, {})
              .status() == 201);
  const auto metadata = [&](const char* version) {
    const json::Value shown = fixture
                                  .get("/apis/bakery.example.com/" + std::string(version) +
                                       "/namespaces/default/loaves/y")
                                  .json();
    return json::write(*shown.find("metadata")->find("labels")) +
           json::write(*shown.find("metadata")->find("annotations"));
  };
  CHECK(metadata("v1") == R"({"a":"b"}{"c":"d"})");
  CHECK(metadata("v2") == R"({"a":"b"}{"c":"d","written":"v1"})");
}

TEST_CASE("a conversion may take what it is given") {
  const std::string crust = GENERATE("Thick", "Odd");
  CAPTURE(crust);
  Bakery bakery(stored_loaf("v1", crust));
  bakery.stores_old(moving_to_hub, moving_from_hub);
  testing::Fixture fixture(bakery.server);
  CHECK(crust_of(fixture.get(kLoaf)) == crust);
  REQUIRE(patch(fixture, kLoaf, R"({"metadata":{"annotations":{"c":"d"}}})").status() == 200);
  for (const char* loaf : {kLoaf, kOldLoaf}) {
    const testing::Reply shown = fixture.get(loaf);
    CHECK(crust_of(shown) == crust);
    CHECK(shown.json().at_string({"metadata", "annotations", "c"}) == "d");
    CHECK(shown.json().at_string({"metadata", "uid"}) == "u");
  }
}

namespace {

/// Puts managedFields of its own into what it sees.
class Meddler final : public admission::Plugin {
 public:
  explicit Meddler(json::Value managers) : managers_(std::move(managers)) {}

  std::string name() const override { return "Meddler"; }
  bool handles(Operation) const override { return true; }
  Result<void> admit(const registry::Resource&, const HookContext&, json::Value* object,
                     const json::Value*) const override {
    if (object != nullptr) object->find("metadata")->as_object().set("managedFields", managers_);
    return {};
  }

 private:
  const json::Value managers_;
};

testing::Reply make_meddled(const char* managers) {
  Bakery bakery(stored_loaf("v1", "Thin"));
  bakery.server.admission(std::make_shared<Meddler>(*json::parse(managers)));
  bakery.stores_old(to_hub, from_hub);
  testing::Fixture fixture(bakery.server);
  return fixture.send("POST",
                      "/apis/bakery.example.com/v2/namespaces/default/loaves?fieldManager=me",
                      R"({"metadata":{"name":"y"},"spec":{"crust":"Thick"}})", {});
}

}  // namespace

TEST_CASE("managedFields that a plugin wrote are stored in normal form") {
  const testing::Reply made = make_meddled(
      R"([{"x":1,"time":"2026-01-02T03:04:05.5+01:00","apiVersion":"bakery.example.com/v1",)"
      R"("operation":"Update","manager":"m","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{}}}])");
  REQUIRE(made.status() == 201);
  CHECK(json::write(*made.json().find("metadata")->find("managedFields")) ==
        R"([{"manager":"m","operation":"Update","apiVersion":"bakery.example.com/v1",)"
        R"("time":"2026-01-02T02:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{}}}])");
}

TEST_CASE("managedFields that a plugin damaged are put back") {
  for (const char* managers : {R"([{"operation":"Update"}])", R"("none")",
                               R"([{"apiVersion":"bakery.example.com/v1","operation":"Update",)"
                               R"("fieldsType":"FieldsV1","time":"soon"}])"}) {
    INFO(managers);
    const testing::Reply made = make_meddled(managers);
    REQUIRE(made.status() == 201);
    const json::Value document = made.json();
    const json::Value* kept = document.find("metadata")->find("managedFields");
    REQUIRE(kept != nullptr);
    CHECK(kept->as_array().at(0).at_string({"manager"}) == "me");
    CHECK(made.header("Warning").find("invalid state after mutating admission") !=
          std::string::npos);
  }
}
