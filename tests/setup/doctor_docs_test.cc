#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "setup/doctor.h"

namespace annex::setup {

TEST_CASE("docs/doctor.md has every code as the program has it") {
  std::ostringstream page;
  page << std::ifstream(std::string(ANNEX_SOURCE) + "/docs/doctor.md").rdbuf();
  std::string table = "| code | | step | what is wrong |\n|---|---|---|---|\n";
  std::set<std::string> once;
  for (const Code& code : doctor_codes()) {
    table += "| `" + std::string(code.code) + "` | " +
             (code.severity == Severity::kError ? "error" : "warning") + " | " +
             (code.step == 0 ? "" : std::to_string(code.step)) + " | " + code.meaning + " |\n";
    CHECK(once.insert(code.code).second);
  }
  INFO(table);
  CHECK(page.str().find(table) != std::string::npos);
}

}  // namespace annex::setup
