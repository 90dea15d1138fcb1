#include <catch2/catch.hpp>

#include <regex>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;
using Catch::StartsWith;

namespace {

const std::string kFull =
    R"({"kind":"Flunder","apiVersion":"wardle.example.com/v1beta1","metadata":{"name":"x"}})";

std::string with_meta(const std::string& members) { return R"({"metadata":{)" + members + "}}"; }

}  // namespace

TEST_CASE("row 1: creating a full object") {
  RestServer server;
  const Answer answer = server.post(kFlunders, kFull);
  CHECK(answer.status == 201);
  CHECK(answer.at({"kind"}) == "Flunder");
  CHECK(answer.at({"apiVersion"}) == "wardle.example.com/v1beta1");
  CHECK(answer.at({"metadata", "uid"}).size() == 36);
  CHECK(answer.at({"metadata", "creationTimestamp"}) == "2026-01-02T03:04:05Z");
  CHECK(!answer.rv().empty());
  CHECK_THAT(answer.text, !Contains("generation") && !Contains("selfLink"));
  CHECK(answer.text.back() == '\n');
}

TEST_CASE("row 2: creating it again") {
  RestServer server;
  server.make("x");
  const Answer answer = server.post(kFlunders, kFull);
  CHECK(answer.status == 409);
  CHECK(answer.reason() == "AlreadyExists");
  CHECK(answer.message() == "flunders.wardle.example.com \"x\" already exists");
  CHECK(answer.at({"details", "name"}) == "x");
  CHECK(answer.at({"details", "group"}) == "wardle.example.com");
  CHECK(answer.at({"details", "kind"}) == "flunders");
}

TEST_CASE("row 3: kind and apiVersion come from the endpoint") {
  RestServer server;
  const Answer answer = server.post(kFlunders, with_meta(R"("name":"x")"));
  CHECK(answer.status == 201);
  CHECK(answer.at({"kind"}) == "Flunder");
}

TEST_CASE("row 4: another version in the data") {
  RestServer server;
  const Answer answer = server.post(
      kFlunders,
      R"({"kind":"Flunder","apiVersion":"wardle.example.com/v1alpha1","metadata":{"name":"x"}})");
  CHECK(answer.status == 400);
  CHECK(answer.message() ==
        "the API version in the data (wardle.example.com/v1alpha1) does not match the expected API "
        "version (wardle.example.com/v1beta1)");
}

TEST_CASE("row 5: another namespace in the object") {
  RestServer server;
  const Answer answer = server.post(kFlunders, with_meta(R"("name":"x","namespace":"other")"));
  CHECK(answer.status == 400);
  CHECK(answer.message() ==
        "the namespace of the provided object does not match the namespace sent on the request");
}

TEST_CASE("row 6: no name") {
  RestServer server;
  const Answer answer = server.post(kFlunders, "{}");
  CHECK(answer.status == 422);
  CHECK(answer.cause() == "FieldValueRequired metadata.name");
  CHECK(answer.at({"details", "kind"}) == "Flunder");
}

TEST_CASE("row 7: a slash in the name") {
  RestServer server;
  const Answer answer = server.post(kFlunders, with_meta(R"("name":"a/b")"));
  CHECK(answer.status == 422);
  CHECK(answer.cause() == "FieldValueInvalid metadata.name");
  CHECK_THAT(answer.message(), Contains("may not contain '/'"));
}

TEST_CASE("row 8: generateName") {
  RestServer server;
  const Answer answer = server.post(kFlunders, with_meta(R"("generateName":"t-")"));
  CHECK(answer.status == 201);
  CHECK(std::regex_match(answer.at({"metadata", "name"}),
                         std::regex("^t-[bcdfghjklmnpqrstvwxz2456789]{5}$")));
  CHECK(answer.at({"metadata", "generateName"}) == "t-");
}

TEST_CASE("row 9: a long generateName is cut") {
  RestServer server;
  const Answer answer =
      server.post(kFlunders, with_meta("\"generateName\":\"" + std::string(70, 'a') + "\""));
  CHECK(answer.status == 201);
  CHECK(answer.at({"metadata", "name"}).size() == 63);
}

TEST_CASE("row 10: a resourceVersion on an object to be created") {
  RestServer server;
  const Answer answer = server.post(kFlunders, with_meta(R"("name":"x","resourceVersion":"5")"));
  CHECK(answer.status == 500);
  CHECK(answer.message() == "resourceVersion should not be set on objects to be created");
}

TEST_CASE("row 11: system fields of the client's own choice") {
  RestServer server;
  const Answer answer = server.post(
      kFlunders,
      with_meta(
          R"("name":"x","uid":"u","creationTimestamp":"2001-01-01T00:00:00Z","deletionTimestamp":"2001-01-01T00:00:00Z")"));
  CHECK(answer.status == 201);
  CHECK(answer.at({"metadata", "uid"}) != "u");
  CHECK(answer.at({"metadata", "creationTimestamp"}) == "2026-01-02T03:04:05Z");
  CHECK_THAT(answer.text, !Contains("deletionTimestamp"));
}

TEST_CASE("row 12: an empty body") {
  RestServer server;
  const Answer answer = server.post(kFlunders, "");
  CHECK(answer.status == 400);
  CHECK(answer.reason() == "BadRequest");
  CHECK_THAT(answer.message(),
             StartsWith("the object provided is unrecognized (must be of type Flunder): ") &&
                 Catch::EndsWith("(<empty>)"));
}

TEST_CASE("row 13: half a document") {
  RestServer server;
  const Answer answer = server.post(kFlunders, R"({"kind":)");
  CHECK(answer.status == 400);
  CHECK_THAT(answer.message(), Contains("couldn't get version/kind; json parse error: "));
}

TEST_CASE("row 14: a content type that is not read") {
  RestServer server;
  const Answer answer = server.post(kFlunders, kFull, {{"Content-Type", "text/plain"}});
  CHECK(answer.status == 415);
  CHECK_THAT(answer.message(),
             StartsWith("the body of the request was in an unknown format - accepted media types "
                        "include: application/json, application/yaml"));
}

TEST_CASE("row 15: no content type, and YAML") {
  RestServer server;
  CHECK(server.post(kFlunders, kFull).status == 201);
  const Answer answer = server.post(kFlunders, "metadata:\n  name: second\nspec:\n  reference: r\n",
                                    {{"Content-Type", "application/yaml"}});
  CAPTURE(answer.text);
  CHECK(answer.status == 201);
  CHECK(answer.at({"spec", "reference"}) == "r");
}

TEST_CASE("row 16: a body above 3 MiB") {
  RestServer server;
  const Answer answer = server.post(kFlunders, std::string(3145729, ' '));
  CHECK(answer.status == 413);
  CHECK(answer.message() == "Request entity too large: limit is 3145728");
}

TEST_CASE("row 17: an unknown member is dropped with a warning") {
  RestServer server;
  const Answer answer = server.post(kFlunders, R"({"metadata":{"name":"x"},"spec":{"foo":1}})");
  CHECK(answer.status == 201);
  CHECK(answer.header("Warning") == R"(299 - "unknown field \"spec.foo\"")");
  CHECK_THAT(server.get(kFlunders + "/x").text, !Contains("foo"));
}

TEST_CASE("row 18: an unknown member under Strict") {
  RestServer server;
  const Answer answer = server.post(kFlunders + "?fieldValidation=Strict",
                                    R"({"metadata":{"name":"x"},"spec":{"foo":1}})");
  CHECK(answer.status == 400);
  CHECK(answer.message() ==
        "Flunder in version \"v1beta1\" cannot be handled as a Flunder: strict decoding error: "
        "unknown field \"spec.foo\"");
}

TEST_CASE("row 19: an unknown member under Ignore") {
  RestServer server;
  const Answer answer = server.post(kFlunders + "?fieldValidation=Ignore",
                                    R"({"metadata":{"name":"x"},"spec":{"foo":1}})");
  CHECK(answer.status == 201);
  CHECK(answer.header("Warning").empty());
}

TEST_CASE("row 20: a duplicate member under Strict") {
  RestServer server;
  const Answer answer = server.post(kFlunders + "?fieldValidation=Strict",
                                    R"({"metadata":{"name":"x"},"spec":{},"spec":{}})");
  CHECK(answer.status == 400);
  CHECK_THAT(answer.message(), Contains("duplicate field \"spec\""));
}

TEST_CASE("row 21: an unknown fieldValidation") {
  RestServer server;
  const Answer answer = server.post(kFlunders + "?fieldValidation=No", kFull);
  CHECK(answer.status == 422);
  CHECK(answer.message() ==
        "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"No\": "
        "supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"");
}

TEST_CASE("row 22: a dry run") {
  RestServer server;
  const Answer answer = server.post(kFlunders + "?dryRun=All", kFull);
  CHECK(answer.status == 201);
  CHECK(answer.rv().empty());
  CHECK(!answer.at({"metadata", "uid"}).empty());
  CHECK(server.get(kFlunders + "/x").status == 404);
}

TEST_CASE("row 23: an unknown dryRun") {
  RestServer server;
  const Answer answer = server.post(kFlunders + "?dryRun=x", kFull);
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(),
             Contains(R"(dryRun: Unsupported value: ["x"]: supported values: "All")"));
}

TEST_CASE("row 24: a bad label key and too many annotations") {
  RestServer server;
  const Answer answer =
      server.post(kFlunders, with_meta(R"("name":"x","labels":{"-k":"v"},"annotations":{"a":")" +
                                       std::string(262144, 'v') + "\"}"));
  CHECK(answer.status == 422);
  CHECK(answer.cause(0) == "FieldValueInvalid metadata.labels");
  CHECK(answer.cause(1) == "FieldValueTooLong metadata.annotations");
  CHECK_THAT(answer.message(), Contains("is invalid: [") && Catch::EndsWith("]"));
}

TEST_CASE("row 25: two controllers") {
  RestServer server;
  const std::string owner =
      R"({"apiVersion":"v1","kind":"ConfigMap","name":"c","controller":true,"uid":")";
  const Answer answer = server.post(kFlunders, with_meta(R"("name":"x","ownerReferences":[)" +
                                                         owner + R"(a"},)" + owner + R"(b"}])"));
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(), Contains("Only one reference can have Controller set to true"));
}

TEST_CASE("row 26: the same owner twice") {
  RestServer server;
  const std::string owner = R"({"apiVersion":"v1","kind":"ConfigMap","name":"c","uid":"u"})";
  const Answer answer = server.post(
      kFlunders, with_meta(R"("name":"x","ownerReferences":[)" + owner + "," + owner + "]"));
  CHECK(answer.status == 201);
  CHECK(answer.body.find("metadata")->find("ownerReferences")->as_array().size() == 1);
  CHECK_THAT(answer.header("Warning"),
             Contains(".metadata.ownerReferences contains duplicate entries; "));
}

TEST_CASE("row 27: contradicting finalizers") {
  RestServer server;
  const Answer answer = server.post(
      kFlunders, with_meta(R"("name":"x","finalizers":["orphan","foregroundDeletion"])"));
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(),
             Contains("finalizer orphan and foregroundDeletion cannot be both set"));
}

TEST_CASE("row 28: creating without a namespace") {
  RestServer server;
  const Answer answer = server.post(kBase + "/flunders", kFull);
  CHECK(answer.status == 405);
  CHECK(answer.reason() == "MethodNotAllowed");
  CHECK(answer.message() == "the server does not allow this method on the requested resource");
}

TEST_CASE("a cluster-scoped object has no namespace") {
  RestServer server;
  const Answer answer =
      server.post(kBase + "/fischers", R"({"metadata":{"name":"f","namespace":"n"}})");
  CHECK(answer.status == 201);
  CHECK(answer.at({"metadata", "namespace"}).empty());
  CHECK(server.get(kBase + "/fischers/f").status == 200);
  CHECK(server.get(kBase + "/fischers").item_names() == std::vector<std::string>{"f"});
}

TEST_CASE("a type error names the field and a hook's error its cause") {
  RestServer server;
  const Answer type = server.post(kFlunders, R"({"metadata":{"name":"x"},"spec":{"reference":1}})");
  CHECK(type.status == 400);
  CHECK(type.message() ==
        "Flunder in version \"v1beta1\" cannot be handled as a Flunder: json: cannot unmarshal "
        "number into field spec.reference of type string");
  const Answer hook =
      server.post(kFlasks, R"({"metadata":{"name":"x"},"spec":{"reference":"bad"}})");
  CHECK(hook.status == 422);
  CHECK(hook.message() ==
        "Flask.wardle.example.com \"x\" is invalid: spec.reference: Invalid value: \"bad\": must "
        "be good");
  const Answer odd =
      server.post(kFlasks, R"({"metadata":{"name":"x"},"spec":{"reference":"odd"}})");
  CHECK(odd.status == 201);
  CHECK(odd.header("Warning") == "299 - \"that is odd\"");
}

TEST_CASE("another kind in the body") {
  RestServer server;
  const Answer answer = server.post(
      kFlunders,
      R"({"kind":"X","apiVersion":"wardle.example.com/v1beta1","metadata":{"name":"x"}})");
  CHECK(answer.status == 400);
  CHECK_THAT(answer.message(), Contains("no kind \"X\" is registered for version"));
}
