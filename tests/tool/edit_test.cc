#include "tools/annex/edit.h"

#include <catch2/catch.hpp>

#include "tools/annex/project.h"

namespace annex::tool {
namespace {

const char* const kSource = R"(#include "loaf.h"

void add(annex::Server& server) {
  server.group(kGroup)
      .resource<v1::Loaf>("loaves", "Loaf",
                          Hooks{[] { return 1; }})  // "Loaf"; and more
      .version<v2::Loaf>("v2", v2::to_hub, v2::from_hub)
      .version("v1")
      .stored();
  server.group(kGroup).resource<v1::Tin>("tins", "Tin").version("v1").cluster_scoped();
}
)";

}  // namespace

TEST_CASE("a chain is found in spite of comments, texts and lambdas, and extended at its end") {
  const Result<std::string> edited = add_to_chain(kSource, "Loaf", ".status()");
  REQUIRE(edited);
  CHECK(edited->find(".stored()\n      .status();\n  server.group") != std::string::npos);
  CHECK(edited->size() == std::string(kSource).size() + std::string("\n      .status()").size());
  CHECK_FALSE(add_to_chain(kSource, "Cake", ".status()"));
  CHECK_FALSE(add_to_chain(std::string(kSource) + kSource, "Loaf", ".status()"));
}

TEST_CASE("a registration is read as it stands") {
  const Result<Registration> loaf = read_registration(kSource, "Loaf");
  REQUIRE(loaf);
  CHECK(loaf->plural == "loaves");
  CHECK(loaf->hub == "v1");
  CHECK(loaf->versions == std::vector<std::string>{"v2", "v1"});
  CHECK_FALSE(loaf->cluster_scoped);
  const Result<Registration> tin = read_registration(kSource, "Tin");
  REQUIRE(tin);
  CHECK(tin->cluster_scoped);
  CHECK_FALSE(tin->status);
}

TEST_CASE("includes go to their like, once") {
  const std::string source = "#include <annex/annex.h>\n\n#include \"a.h\"\n\nint x;\n";
  const Result<std::string> own = add_include(source, "b.h");
  REQUIRE(own);
  CHECK(*own == "#include <annex/annex.h>\n\n#include \"a.h\"\n#include \"b.h\"\n\nint x;\n");
  CHECK(add_include(*own, "b.h").value() == *own);
  CHECK(add_include(*own, "0.h").value().find("\"0.h\"\n#include \"a.h\"") != std::string::npos);
  CHECK(add_include("#include \"c.h\"\n", "b.h").value() == "#include \"b.h\"\n#include \"c.h\"\n");
  CHECK(add_include("#include <b>\n", "<a>").value() == "#include <a>\n#include <b>\n");
  CHECK_FALSE(add_include("int x;\n", "b.h"));
}

TEST_CASE("a member is described beside the others") {
  const std::string source =
      "struct Loaf {\n  int a;\n  friend void describe(annex::schema::Object<Loaf>& it) {\n"
      "    it.field<&Loaf::a>(\"a\", \"\");\n  }\n};\n";
  const Result<std::string> edited = add_member(source, "Loaf", "int b;", "%.field<&Loaf::b>();");
  REQUIRE(edited);
  CHECK(*edited ==
        "struct Loaf {\n  int a;\n  int b;\n"
        "  friend void describe(annex::schema::Object<Loaf>& it) {\n"
        "    it.field<&Loaf::a>(\"a\", \"\");\n    it.field<&Loaf::b>();\n  }\n};\n");
  CHECK_FALSE(add_member(source, "Cake", "int b;", "%"));
  CHECK_FALSE(add_member("struct Loaf {\n};\n" + source.substr(14), "Loaf", "int b;", "%"));
}

TEST_CASE("a version is renamed in namespaces and comments alone") {
  const std::string source =
      "// Loaf in v1.\n#include \"v1/tin.h\"\nnamespace bakery::v1 {\nv1::Tin tin;  // v1\n"
      "// v1beta1\n}  // namespace bakery::v1\n";
  CHECK(rename_version(source, "v1", "v2") ==
        "// Loaf in v2.\n#include \"v1/tin.h\"\nnamespace bakery::v2 {\nv1::Tin tin;  // v1\n"
        "// v1beta1\n}  // namespace bakery::v2\n");
}

}  // namespace annex::tool
