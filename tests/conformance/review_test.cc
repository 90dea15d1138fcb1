// Imperative resources: a question is created, the answer comes back, nothing is kept.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/testing/fixture.h"

namespace {

using annex::testing::Fixture;
using Catch::Contains;

struct Taste {
  annex::meta::ObjectMeta metadata;
  std::string of;
  std::string verdict;
  friend void describe(annex::schema::Object<Taste>& taste) {
    taste.field<&Taste::metadata>("metadata", "Standard object metadata.");
    taste.field<&Taste::of>("of", "What is tasted.").required().max_length(10);
    taste.field<&Taste::verdict>("verdict", "How it is.");
  }
};

struct TasteHooks {
  std::vector<std::string> warn(const Taste& taste) const {
    return {"tasting " + taste.of + " makes hungry"};
  }
  void validate(const Taste& taste, annex::FieldErrors& errors) const {
    if (taste.of == "stone") errors.invalid(annex::FieldPath("of"), taste.of, "is no food");
  }
};

annex::Result<Taste> judge(const annex::HookContext& context, const Taste& question) {
  if (question.of == "poison") throw std::runtime_error("dead");
  if (question.of == "soup") return annex::Error::unavailable("the soup is hot");
  Taste answer = question;
  answer.verdict = context.user.name + " likes it" + (context.dry_run ? " perhaps" : "");
  return answer;
}

const std::string kTastes = "/apis/kitchen.example.com/v1/tastes";

annex::json::Value taste(const std::string& of) {
  return *annex::json::parse(R"({"kind":"Taste","apiVersion":"kitchen.example.com/v1","of":")" +
                             of + "\"}");
}

TEST_CASE("A question is answered, and nothing is kept") {
  annex::Server server("kitchen");
  server.group("kitchen.example.com")
      .review<Taste>("tastes", "Taste", judge, TasteHooks{})
      .version("v1")
      .cluster_scoped();
  Fixture fixture(server);
  const auto answer = fixture.post(kTastes, taste("bread"));
  CHECK(answer.status() == 201);
  CHECK(answer.json().at_string({"verdict"}) == "admin likes it");
  CHECK(answer.json().at_string({"kind"}) == "Taste");
  CHECK(answer.json().at_string({"metadata", "uid"}).empty());
  CHECK(answer.json().at_string({"metadata", "resourceVersion"}).empty());
  CHECK_THAT(answer.header("Warning"), Contains("tasting bread makes hungry"));
  CHECK(fixture.post(kTastes + "?dryRun=All", taste("bread")).json().at_string({"verdict"}) ==
        "admin likes it perhaps");

  CHECK(fixture.post(kTastes, taste("stone")).status() == 422);
  CHECK(fixture.post(kTastes, taste("much too long")).status() == 422);
  CHECK(fixture.post(kTastes, taste("soup")).json().at_string({"message"}) == "the soup is hot");
  CHECK(fixture.post(kTastes, taste("poison")).status() == 500);
  CHECK(fixture
            .send("POST", kTastes + "?fieldValidation=Strict",
                  R"({"kind":"Taste","apiVersion":"kitchen.example.com/v1","of":"x","on":1})",
                  {{"Content-Type", "application/json"}})
            .status() == 400);

  CHECK(fixture.get(kTastes).status() == 405);
  CHECK(fixture.get(kTastes + "/x").status() == 405);
  CHECK(fixture.send("DELETE", kTastes + "/x").status() == 405);
  CHECK_THAT(fixture.get("/apis/kitchen.example.com/v1").text(), Contains(R"("verbs":["create"])"));
  CHECK_THAT(fixture.get("/openapi/v2").text(), Contains("createKitchenExampleComV1Taste") &&
                                                    !Contains("readKitchenExampleComV1Taste"));

  const auto direct = server.client<Taste>({"cook", "", {}, {}}).create([] {
    Taste question;
    question.of = "cake";
    return question;
  }());
  REQUIRE(direct);
  CHECK(direct->verdict == "cook likes it");
}

TEST_CASE("A question belongs to its namespace, and what cannot be is told at the start") {
  {
    annex::Server server("kitchen");
    server.group("kitchen.example.com")
        .review<Taste>("tastes", "Taste",
                       [](const Taste& question) {
                         Taste answer = question;
                         answer.verdict = question.metadata.name_space;
                         return answer;
                       })
        .version("v1");
    Fixture fixture(server);
    const std::string here = "/apis/kitchen.example.com/v1/namespaces/home/tastes";
    CHECK(fixture.post(here, taste("bread")).json().at_string({"verdict"}) == "home");
    CHECK(fixture.post(kTastes, taste("bread")).status() == 405);
  }
  annex::Server server("kitchen");
  server.group("kitchen.example.com")
      .review<Taste>("tastes", "Taste", [](const Taste& question) { return question; })
      .version("v1")
      .scale({"spec.replicas", "status.replicas", ""});
  CHECK_THROWS_WITH(Fixture(server),
                    Contains("is not stored, and cannot have the subresources status and scale"));
}

}  // namespace
