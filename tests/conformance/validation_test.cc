// What an update may leave as it is, and what it may not touch.
#include <catch2/catch.hpp>
#include <future>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/storage/memory.h"
#include "annex/testing/fixture.h"

using namespace annex;
using Catch::Contains;

namespace {

struct Topping {
  std::string name{};
  std::int32_t grams = 1;
  friend void describe(schema::Object<Topping>& topping) {
    topping.field<&Topping::name>("name", "").defaulted();
    topping.field<&Topping::grams>("grams", "").minimum(1).defaulted();
  }
};

struct LoafSpec {
  std::string flour{};
  std::string oven{};
  std::optional<std::string> mark{};
  std::int32_t slices = 2;
  std::vector<std::string> seeds{};
  std::vector<Topping> toppings{};
  std::vector<Topping> layers{};
  std::map<std::string, Topping> extras{};
  friend void describe(schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::flour>("flour", "").max_length(4);
    spec.field<&LoafSpec::oven>("oven", "").immutable();
    spec.field<&LoafSpec::mark>("mark", "").immutable();
    spec.field<&LoafSpec::slices>("slices", "").minimum(2).defaulted();
    spec.field<&LoafSpec::seeds>("seeds", "").list_set().max_items(2);
    spec.field<&LoafSpec::toppings>("toppings", "").list_map("name");
    spec.field<&LoafSpec::layers>("layers", "");
    spec.field<&LoafSpec::extras>("extras", "");
  }
};

struct Loaf {
  meta::ObjectMeta metadata{};
  LoafSpec spec{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "");
    loaf.field<&Loaf::spec>("spec", "").defaulted();
  }
};

/// Code that compares fields, beside what is declared.
struct LoafHooks {
  void validate(const Loaf& loaf, FieldErrors& errors) const {
    if (loaf.spec.flour == "rye" && loaf.spec.slices > 20) {
      errors.invalid(FieldPath("spec") / "slices", loaf.spec.slices, "rye is cut into 20 at most");
    }
  }
};

constexpr const char* kLoaf = "/apis/bakery.example.com/v1/namespaces/default/loaves/x";

/// With a loaf that was stored before its constraints were as they are.
struct Bakery {
  Server server{"bakery"};
  std::unique_ptr<testing::Fixture> fixture;

  explicit Bakery(const std::string& spec) {
    const std::string text =
        R"({"kind":"Loaf","apiVersion":"bakery.example.com/v1","metadata":{"name":"x",)"
        R"("namespace":"default","uid":"u"},"spec":)" +
        spec + "}";
    server.store({"memory",
                  [text](const std::string&,
                         Environment environment) -> Result<std::unique_ptr<storage::Store>> {
                    auto store =
                        storage::make_memory_store({}, environment.clock, environment.random);
                    std::promise<bool> stored;
                    store->commit({"/registry/bakery.example.com/loaves/default/x",
                                   util::Bytes(text), storage::Guard::absent()},
                                  [&](auto result) { stored.set_value(result.has_value()); });
                    if (!stored.get_future().get()) return Error::internal("not stored");
                    return store;
                  }});
    server.group("bakery.example.com").resource<Loaf>("loaves", "Loaf", LoafHooks{}).version("v1");
    fixture = std::make_unique<testing::Fixture>(server);
  }
  /// The causes of the refusal, `field: message` each; empty if the patch was taken.
  std::vector<std::string> patch(const std::string& spec) {
    const auto reply = fixture->send("PATCH", kLoaf, R"({"spec":)" + spec + "}",
                                     {{"Content-Type", "application/merge-patch+json"}});
    std::vector<std::string> causes;
    if (reply.status() == 200) return causes;
    REQUIRE(reply.status() == 422);
    const json::Value body = reply.json();
    for (const json::Value& cause : body.find("details")->find("causes")->as_array()) {
      causes.push_back(cause.at_string({"field"}) + ": " + cause.at_string({"message"}));
    }
    return causes;
  }
};

using Causes = std::vector<std::string>;

}  // namespace

TEST_CASE("what is wrong and stays as it is does not block an update") {
  Bakery bakery(R"({"flour":"wheat","slices":1,"seeds":["a","b","c"],"oven":"o"})");
  CHECK(bakery.patch(R"({"extras":{"a":{"grams":3}}})").empty());
  CHECK(bakery.patch(R"({"seeds":["a","b"]})").empty());
  CHECK(bakery.patch(R"({"flour":"barley"})") ==
        Causes{"spec.flour: Too long: may not be more than 4 characters"});
  CHECK(bakery.patch(R"({"slices":0})") ==
        Causes{"spec.slices: Invalid value: 0: spec.slices in body should be greater than or "
               "equal to 2"});
  CHECK(bakery.patch(R"({"flour":"oat","slices":2})").empty());
  CHECK(bakery.patch(R"({"flour":"wheat"})").size() == 1);
}

TEST_CASE("items of maps in lists are found by their key, others are new if their list changed") {
  Bakery bakery(R"({"slices":2,"toppings":[{"name":"a","grams":0},{"name":"b","grams":5}],)"
                R"("layers":[{"name":"l","grams":0}],"extras":{"e":{"grams":0}}})");
  CHECK(bakery.patch(R"({"toppings":[{"name":"b","grams":6},{"name":"a","grams":0}]})").empty());
  CHECK(bakery.patch(R"({"toppings":[{"name":"c","grams":0},{"name":"a","grams":0}]})") ==
        Causes{"spec.toppings[0].grams: Invalid value: 0: spec.toppings[0].grams in body should be "
               "greater than or equal to 1"});
  CHECK(bakery.patch(R"({"extras":{"f":{"grams":1}}})").empty());
  CHECK(bakery.patch(R"({"extras":{"f":{"grams":0}}})").size() == 1);
  CHECK(bakery.patch(R"({"layers":[{"name":"l","grams":0},{"name":"m","grams":1}]})") ==
        Causes{"spec.layers[0].grams: Invalid value: 0: spec.layers[0].grams in body should be "
               "greater than or equal to 1"});
}

TEST_CASE("an immutable field stays as it was made") {
  Bakery bakery(R"({"slices":2,"oven":"left"})");
  CHECK(bakery.patch(R"({"flour":"oat"})").empty());
  CHECK(bakery.patch(R"({"oven":"right"})") ==
        Causes{"spec.oven: Invalid value: \"right\": field is immutable"});
  CHECK(bakery.patch(R"({"oven":null})") ==
        Causes{"spec.oven: Invalid value: null: field is immutable"});
  CHECK(bakery.patch(R"({"mark":"m"})") ==
        Causes{"spec.mark: Invalid value: \"m\": field is immutable"});
  CHECK(bakery.patch(R"({"oven":"left"})").empty());
}

TEST_CASE("all that is wrong is told at once, what is declared before what code finds") {
  Bakery bakery(R"({"slices":2,"oven":"left"})");
  CHECK(bakery.patch(R"({"flour":"wheat","oven":"right","slices":1,"seeds":["a","a"]})") ==
        Causes{"spec.flour: Too long: may not be more than 4 characters",
               "spec.oven: Invalid value: \"right\": field is immutable",
               "spec.slices: Invalid value: 1: spec.slices in body should be greater than or equal "
               "to 2",
               "spec.seeds[1]: Duplicate value: \"a\""});
  CHECK(bakery.patch(R"({"flour":"rye","slices":21})") ==
        Causes{"spec.slices: Invalid value: 21: rye is cut into 20 at most"});
}
