// docs/store-suite.md and the suite must speak of the same properties.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "annex/testing/store_suite.h"
#include "tests/storage/mutants.h"

using namespace annex;

namespace {

std::set<std::string> known() {
  std::set<std::string> names;
  for (const auto& property : testing::store_properties()) names.emplace(property.name);
  return names;
}

}  // namespace

TEST_CASE("the page about the suite names its properties, and no others") {
  std::ifstream page(ANNEX_SOURCE_DIR "/docs/store-suite.md");
  std::stringstream text;
  text << page.rdbuf();
  REQUIRE(text.str().find("| RunTestCreate |") != std::string::npos);
  std::set<std::string> named;
  const std::string words = text.str();
  for (std::size_t at = words.find('`'); at != std::string::npos; at = words.find('`', at)) {
    const std::size_t end = words.find('`', at + 1);
    REQUIRE(end != std::string::npos);
    const std::string word = words.substr(at + 1, end - at - 1);
    const std::string known_heads[] = {"write.", "revision.", "read.",  "list.",   "watch.",
                                       "ttl.",   "compact.",  "epoch.", "history."};
    for (const std::string& head : known_heads) {
      if (word.rfind(head, 0) == 0) named.insert(word);
    }
    for (const char* rest : {"reopen.kept", "value.bytes", "error.provoked", "suite.thorough"}) {
      if (word == rest) named.insert(word);
    }
    at = end + 1;
  }
  CHECK(named == known());
}

TEST_CASE("mutants die by properties that exist") {
  for (const auto& mutant : storage::mutants()) {
    INFO(mutant.does);
    CHECK(known().count(mutant.property) == 1);
  }
}
