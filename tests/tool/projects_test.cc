// What `annex new` and `annex add` write. That it builds and passes its tests is seen by
// tests/packaging/scaffold.
#include <catch2/catch.hpp>

#include "tests/folder.h"
#include "tools/annex/add.h"
#include "tools/annex/new_project.h"

namespace annex::tool {
namespace {

/// A project in a folder, as the commands would make it.
class Made {
 public:
  Made() {
    Plan plan(folder_.path("bakery"));
    NewProject wanted;
    wanted.name = "bakery";
    wanted.type.kind = "Loaf";
    wanted.type.plural = "loaves";
    REQUIRE(plan_project(wanted, plan));
    REQUIRE(plan.write_new_folder());
  }

  template <typename Change>
  Result<void> extend(Change change) {
    Plan plan(folder_.path("bakery"));
    const Result<Project> project = Project::read(plan);
    REQUIRE(project);
    if (Result<void> done = change(*project, plan); !done) return done;
    return plan.write();
  }
  Result<void> add_type(const std::string& kind) {
    return extend([&](const Project& project, Plan& plan) {
      NewType type;
      type.kind = kind;
      return plan_type(project, type, plan);
    });
  }
  Result<void> add_version(const std::string& kind, const std::string& version) {
    return extend([&](const Project& project, Plan& plan) {
      return plan_version(project, kind, version, plan);
    });
  }
  Result<void> add_subresource(const std::string& kind, const std::string& subresource) {
    return extend([&](const Project& project, Plan& plan) {
      return plan_subresource(project, kind, subresource, plan);
    });
  }

  std::map<std::string, std::string> files() const { return folder_.files(); }
  std::string text(const std::string& name) const { return files()["bakery/" + name]; }
  void put(const std::string& name, const std::string& text) {
    folder_.write("bakery/" + name, text);
  }

 private:
  annex::test::Folder folder_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a project has all that belongs to one, and no word is left to fill in") {
  const Made made;
  const auto files = made.files();
  for (const char* name :
       {"CMakeLists.txt", "README.md", "Dockerfile", ".dockerignore", ".gitignore", "src/main.cc",
        "src/describe_server.h", "src/describe_server.cc", "src/v1alpha1/loaf.h", "src/loaf.h",
        "src/loaf.cc", "tests/loaf_test.cc", "tests/end_to_end", "tests/expect.h",
        "samples/loaf.yaml"}) {
    INFO(name);
    REQUIRE(files.count(std::string("bakery/") + name) == 1);
    CHECK_FALSE(has(made.text(name), "%{"));
    CHECK_FALSE(made.text(name).empty());
  }
  CHECK(files.size() == 15);
  CHECK(has(made.text("src/loaf.cc"),
            ".resource<v1alpha1::Loaf>(\"loaves\", \"Loaf\", LoafHooks{})"));
}

TEST_CASE("bad names make no project") {
  for (const char* name : {"Bakery", "class", "../bakery", ""}) {
    Plan plan("/nonexistent");
    NewProject wanted;
    wanted.name = name;
    CHECK_FALSE(plan_project(wanted, plan));
  }
  Plan plan("/nonexistent");
  NewProject wanted;
  wanted.name = "bakery";
  wanted.type.kind = "Main";  // its file would be main.cc
  CHECK_FALSE(plan_project(wanted, plan));
}

TEST_CASE("a type is added with one include and one line") {
  Made made;
  REQUIRE(made.add_type("CakeTin"));
  CHECK(made.text("src/describe_server.cc") ==
        "#include \"describe_server.h\"\n\n#include \"cake_tin.h\"\n#include \"loaf.h\"\n\n"
        "namespace bakery {\n\nvoid describe_server(annex::Server& server) {\n"
        "  add_loaf(server);\n  add_cake_tin(server);\n}\n\n}  // namespace bakery\n");
  CHECK(made.files().size() == 20);
  const auto before = made.files();
  CHECK_FALSE(made.add_type("CakeTin"));
  CHECK_FALSE(made.add_type("cake"));
  CHECK_FALSE(made.add_type("Main"));
  CHECK(made.files() == before);
}

TEST_CASE("a version is a copy of the hub's struct with conversions") {
  Made made;
  made.put("src/v1alpha1/loaf.h", made.text("src/v1alpha1/loaf.h") + "// mine\n");
  REQUIRE(made.add_version("Loaf", "v1"));
  CHECK(has(made.text("src/v1/loaf.h"), "namespace bakery::v1 {"));
  CHECK(has(made.text("src/v1/loaf.h"), "// mine"));
  CHECK(has(made.text("src/loaf.cc"),
            ".version(\"v1alpha1\")\n      .version<v1::Loaf>(\"v1\", "
            "v1::to_hub, v1::from_hub);"));
  const auto before = made.files();
  CHECK_FALSE(made.add_version("Loaf", "v1"));
  CHECK_FALSE(made.add_version("Loaf", "1"));
  CHECK_FALSE(made.add_version("Cake", "v2"));
  CHECK(made.files() == before);
}

TEST_CASE("status comes into every version, scale after it") {
  Made made;
  REQUIRE(made.add_version("Loaf", "v1"));
  const Result<void> early = made.add_subresource("Loaf", "scale");
  REQUIRE_FALSE(early);
  CHECK(has(early.error().message, "annex add subresource Loaf status"));
  REQUIRE(made.add_subresource("Loaf", "status"));
  REQUIRE(made.add_subresource("Loaf", "scale"));
  for (const char* version : {"v1", "v1alpha1"}) {
    const std::string header = made.text(std::string("src/") + version + "/loaf.h");
    CHECK(has(header, "struct LoafStatus {"));
    CHECK(has(header, "  LoafStatus status;\n"));
    CHECK(has(header, "spec.field<&LoafSpec::replicas>"));
    CHECK(has(header, "status.field<&LoafStatus::replicas>"));
  }
  CHECK(has(made.text("src/loaf.cc"), ".status()\n      .scale({"));
  const auto before = made.files();
  CHECK_FALSE(made.add_subresource("Loaf", "status"));
  CHECK_FALSE(made.add_subresource("Loaf", "scale"));
  CHECK_FALSE(made.add_subresource("Loaf", "exec"));
  CHECK(made.files() == before);
}

TEST_CASE("a project that was rebuilt by hand is left as it is, and told where it stops") {
  Made made;
  made.put("src/describe_server.cc", "#include \"x.h\"\n");
  const auto before = made.files();
  const Result<void> type = made.add_type("Cake");
  REQUIRE_FALSE(type);
  CHECK(
      has(type.error().message, "src/describe_server.cc: there is no line `void describe_server("));
  CHECK(made.files() == before);

  annex::test::Folder empty;
  const Result<Project> none = Project::read(Plan(empty.path()));
  REQUIRE_FALSE(none);
  CHECK(has(none.error().message, "annex new"));
}

}  // namespace annex::tool
