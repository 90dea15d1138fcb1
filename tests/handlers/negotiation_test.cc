#include "handlers/negotiation.h"

#include <catch2/catch.hpp>

using namespace annex;
using namespace annex::handlers;
using annex::request::Media;

namespace {

Result<Form> form(const std::string& accept, Offer offer = Offer::kTransforms) {
  http::Request request;
  request.headers.add("Accept", accept);
  return negotiate(request, offer);
}

}  // namespace

TEST_CASE("JSON is what is answered if nothing is said") {
  http::Request request;
  const auto nothing = negotiate(request, Offer::kTransforms);
  REQUIRE(nothing);
  CHECK(nothing->media == Media::kJson);
  CHECK(nothing->shape == Shape::kObject);
  CHECK(form("*/*")->media == Media::kJson);
  CHECK(form("application/*")->media == Media::kJson);
  CHECK(form("application/yaml")->media == Media::kYaml);
}

TEST_CASE("refused parameters skip to the next clause") {
  CHECK(form("application/json;as=Table;g=meta.k8s.io;v=v2,application/json")->shape ==
        Shape::kObject);
  CHECK(form("application/json;as=Table;v=v1beta1;g=meta.k8s.io")->meta_version == "v1beta1");
  CHECK(form("application/json;as=Table;v=v1;g=meta.k8s.io")->shape == Shape::kTable);
  CHECK_FALSE(form("application/json;as=Table;v=v1;g=meta.k8s.io", Offer::kPlain));
  CHECK(form("application/json;stream=watch"));
  CHECK(form("application/json;stream=watch", Offer::kWatch));
  CHECK_FALSE(form("application/yaml;stream=watch"));
  CHECK_FALSE(form("application/json;stream=other"));
  CHECK_FALSE(form("application/json;v=v1"));
  CHECK_FALSE(form("application/json;as=Table"));
  CHECK(form("application/json;as=;g=;v=;sv=;stream=")->shape == Shape::kObject);
  CHECK_FALSE(form("application/json;sv=v2"));
}

TEST_CASE("protobuf is offered for what has it") {
  const std::string protobuf = "application/vnd.kubernetes.protobuf";
  const std::string partial = ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
  const std::string list = ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  const std::string table = ";as=Table;g=meta.k8s.io;v=v1";
  for (const Offer offer : {Offer::kTransforms, Offer::kWatch}) {
    CHECK_FALSE(form(protobuf, offer));
    CHECK(form(protobuf + ",application/json", offer)->media == Media::kJson);
    CHECK_FALSE(form(protobuf + table, offer));
    CHECK(form(protobuf + partial, offer)->media == Media::kProtobuf);
    CHECK(form(protobuf + partial + ",application/json" + partial, offer)->shape ==
          Shape::kPartial);
  }
  CHECK(form(protobuf + list)->media == Media::kProtobuf);
  CHECK_FALSE(form(protobuf + list, Offer::kWatch));
  CHECK(form(protobuf + ";stream=watch" + partial, Offer::kWatch)->media == Media::kProtobuf);
  // A Status has it, and what a removal answers may be one.
  CHECK(form(protobuf, Offer::kPlain)->media == Media::kProtobuf);
  CHECK(form(protobuf + ",application/json", Offer::kRemoval)->media == Media::kProtobuf);
  CHECK_FALSE(form(protobuf + partial, Offer::kPlain));
}

TEST_CASE("pretty by parameter, query and program") {
  CHECK(form("application/json;pretty=1")->pretty);
  CHECK_FALSE(form("application/json")->pretty);
  http::Request request;
  request.headers.add("User-Agent", "Mozilla/5.0 (X11)");
  CHECK(negotiate(request, Offer::kPlain)->pretty);
  request.target.query = http::Query::parse("pretty=0");
  CHECK_FALSE(negotiate(request, Offer::kPlain)->pretty);
}
