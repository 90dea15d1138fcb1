#include <catch2/catch.hpp>

#include "annex/json/write.h"
#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;

TEST_CASE("row 29: getting an object") {
  RestServer server;
  server.make("x");
  const Answer answer = server.get(kFlunders + "/x");
  CHECK(answer.status == 200);
  CHECK(answer.header("Cache-Control") == "no-cache, private");
  CHECK(answer.header("Content-Type") == "application/json");
  CHECK(answer.text.back() == '\n');
  CHECK(answer.text.find("{\"kind\":\"Flunder\",\"apiVersion\":\"wardle.example.com/v1beta1\","
                         "\"metadata\":{\"name\":\"x\",\"namespace\":\"default\",\"uid\":") == 0);
}

TEST_CASE("row 30: getting what is not there") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "/none");
  CHECK(answer.status == 404);
  CHECK(answer.reason() == "NotFound");
  CHECK(answer.message() == "flunders.wardle.example.com \"none\" not found");
}

TEST_CASE("row 31: indented output") {
  RestServer server;
  server.make("x");
  const Answer pretty = server.get(kFlunders + "/x?pretty=true");
  CHECK(pretty.text.find("{\n  \"kind\": \"Flunder\",\n") == 0);
  CHECK(pretty.text.back() == '}');
  CHECK(server.get(kFlunders + "/x", {{"User-Agent", "curl/8"}}).text == pretty.text);
  CHECK(server.get(kFlunders + "/x?pretty=false", {{"User-Agent", "curl/8"}}).text.find('\n') ==
        server.get(kFlunders + "/x").text.size() - 1);
}

TEST_CASE("row 32: nothing acceptable") {
  RestServer server;
  server.make("x");
  const Answer answer = server.get(kFlunders + "/x", {{"Accept", "application/xml"}});
  CHECK(answer.status == 406);
  CHECK(answer.reason() == "NotAcceptable");
  CHECK(answer.message() ==
        "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
        "application/vnd.kubernetes.protobuf");
  const Answer skipped =
      server.get(kFlunders + "/x", {{"Accept", "application/json;as=Flunder;g=a;v=v1"}});
  CHECK(skipped.status == 406);
  CHECK(skipped.message() ==
        "only the following media types are accepted: application/json, application/yaml, "
        "application/vnd.kubernetes.protobuf");
}

TEST_CASE("row 33: anything acceptable at last") {
  RestServer server;
  server.make("x");
  const Answer answer = server.get(kFlunders + "/x", {{"Accept", "application/xml, */*;q=0.1"}});
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Type") == "application/json");
}

TEST_CASE("row 34: partial metadata of an object") {
  RestServer server;
  server.make("x");
  const Answer answer = server.get(kFlunders + "/x", {{"Accept", kPartial}});
  CHECK(answer.status == 200);
  CHECK(answer.at({"kind"}) == "PartialObjectMetadata");
  CHECK(answer.at({"apiVersion"}) == "meta.k8s.io/v1");
  CHECK(answer.at({"metadata", "labels", "a"}) == "1");
  CHECK(answer.body.find("spec") == nullptr);
  CHECK(answer.header("Content-Type") == "application/json");
}

TEST_CASE("row 35: partial metadata of an object where there is a list") {
  RestServer server;
  const Answer answer = server.get(kFlunders, {{"Accept", kPartial}});
  CHECK(answer.status == 406);
  CHECK_THAT(answer.message(),
             Contains("you requested PartialObjectMetadata, but the requested object is a list"));
}

TEST_CASE("row 36: an error where only a Table is acceptable") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "/none", {{"Accept", kTable}});
  CHECK(answer.status == 404);
  CHECK(answer.at({"kind"}) == "Status");
  CHECK(answer.text.find("{\n  \"kind\": \"Status\"") == 0);
}

TEST_CASE("row 37: an unknown resource, an unknown version") {
  RestServer server;
  for (const std::string& path :
       {kBase + "/nosuch", std::string("/apis/wardle.example.com/v9/flunders")}) {
    const Answer answer = server.get(path);
    CHECK(answer.status == 404);
    CHECK(answer.message() == "the server could not find the requested resource");
    CHECK_THAT(answer.text, Contains("\"details\":{}"));
  }
}

TEST_CASE("an unknown group is not for the handlers") {
  RestServer server;
  http::Request request;
  request.method = "GET";
  request.target.path = "/apis/none.example.com/v1/things";
  CHECK_FALSE(server.handlers->serves(*request::resolve(request)));
  request.target.path = kFlunders;
  CHECK(server.handlers->serves(*request::resolve(request)));
}

TEST_CASE("row 39: not older than what is there") {
  RestServer server;
  const Answer made = server.make("x");
  CHECK(server.get(kFlunders + "/x?resourceVersion=0").status == 200);
  CHECK(server.get(kFlunders + "/x?resourceVersion=" + made.rv()).status == 200);
}

TEST_CASE("row 40: a revision from the future") {
  RestServer server;
  const Answer made = server.make("x");
  const std::string future = std::to_string(std::stoull(made.rv()) + 1000000);
  const Answer answer = server.get(kFlunders + "/x?resourceVersion=" + future);
  CHECK(answer.status == 504);
  CHECK(answer.reason() == "Timeout");
  CHECK(answer.message() ==
        "Timeout: Too large resource version: " + future + ", current: " + made.rv());
  CHECK(answer.cause() == "ResourceVersionTooLarge ");
  CHECK(answer.header("Retry-After") == "1");
}

TEST_CASE("row 105: HEAD and OPTIONS have no routes, watch on a name is a get") {
  RestServer server;
  server.make("x");
  CHECK(server.call("HEAD", kFlunders + "/x").status == 405);
  CHECK(server.call("OPTIONS", kFlunders + "/x").status == 405);
  CHECK(server.get(kFlunders + "/x?watch=1").at({"metadata", "name"}) == "x");
}

TEST_CASE("YAML output, and the removed export parameter") {
  RestServer server;
  server.make("x");
  const Answer yaml = server.get(kFlunders + "/x", {{"Accept", "application/yaml"}});
  CHECK(yaml.header("Content-Type") == "application/yaml");
  CHECK_THAT(yaml.text, Contains("kind: Flunder\n"));
  CHECK(server.get(kFlunders + "/x?export=true").status == 400);
}
