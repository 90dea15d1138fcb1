#include "tools/annex/plan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/folder.h"

namespace annex::tool {
namespace {

Plan::Edit append(const std::string& more) {
  return [more](const std::string& text) -> Result<std::string> { return text + more; };
}

}  // namespace

TEST_CASE("new and changed files are written together") {
  const annex::test::Folder folder;
  folder.write("a", "one\n");
  Plan plan(folder.path());
  REQUIRE(plan.change("a", append("two\n")));
  REQUIRE(plan.change("a", append("three\n")));
  REQUIRE(plan.create("sub/b", "new\n", true));
  CHECK(folder.files().size() == 1);
  REQUIRE(plan.write());
  const std::map<std::string, std::string> wanted = {{"a", "one\ntwo\nthree\n"},
                                                     {"sub/b", "new\n"}};
  CHECK(folder.files() == wanted);
  struct stat status {};
  REQUIRE(::stat(folder.path("sub/b").c_str(), &status) == 0);
  CHECK((status.st_mode & 0111) != 0);
}

TEST_CASE("what is there is not overwritten") {
  const annex::test::Folder folder;
  folder.write("a", "one\n");
  Plan plan(folder.path());
  CHECK_FALSE(plan.create("a", "other\n"));
  REQUIRE(plan.create("b", "new\n"));
  CHECK_FALSE(plan.create("b", "again\n"));
  CHECK_FALSE(plan.change("c", append("")));
}

TEST_CASE("a plan that cannot be written whole leaves nothing") {
  const annex::test::Folder folder;
  folder.write("a", "one\n");
  folder.write("z", "a file, no folder");
  Plan plan(folder.path());
  REQUIRE(plan.change("a", append("two\n")));
  REQUIRE(plan.create("b", "new\n"));
  REQUIRE(plan.create("z/c", "its folder is a file\n"));
  const auto before = folder.files();
  CHECK_FALSE(plan.write());
  CHECK(folder.files() == before);
}

TEST_CASE("a new folder appears whole or not at all") {
  const annex::test::Folder folder;
  Plan plan(folder.path("project"));
  REQUIRE(plan.create("a/b", "text"));
  REQUIRE(plan.write_new_folder());
  CHECK(folder.files() == std::map<std::string, std::string>{{"project/a/b", "text"}});
  const Result<void> again = plan.write_new_folder();
  REQUIRE_FALSE(again);
  CHECK(again.error().message.find("already") != std::string::npos);

  Plan bad(folder.path("other"));
  REQUIRE(bad.create("a", "a file"));
  REQUIRE(bad.create("a/b", "below a file"));
  CHECK_FALSE(bad.write_new_folder());
  CHECK(folder.files().size() == 1);
}

}  // namespace annex::tool
