#include "cli/ca_files.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/folder.h"
#include "tests/recording_logger.h"

using annex::Result;
using annex::cli::CaFiles;

namespace {

/// Whoever uses the CA: takes all but the text "damaged".
struct Trust {
  std::vector<std::string> taken{};
  CaFiles::Apply apply() {
    return [this](const std::string& pem) -> Result<void> {
      if (pem == "damaged") return annex::Error::bad_request("no certificate in it");
      taken.push_back(pem);
      return {};
    };
  }
};

}  // namespace

TEST_CASE("a changed CA file is put to use, once") {
  annex::test::Folder folder;
  annex::test::RecordingLogger logger;
  Trust trust;
  CaFiles files(logger);
  CHECK(files.empty());
  folder.write("ca.crt", "one");
  REQUIRE(files.add("--client-ca-file", folder.path("ca.crt"), trust.apply()));
  CHECK_FALSE(files.empty());
  files.check();
  CHECK(trust.taken == std::vector<std::string>{"one"});
  folder.write("ca.crt", "two");
  files.check();
  files.check();
  CHECK(trust.taken == std::vector<std::string>{"one", "two"});
  REQUIRE(logger.lines().size() == 1);
  CHECK(logger.lines()[0].find("Loaded client CA") != std::string::npos);
}

TEST_CASE("a damaged or absent CA file changes nothing, and is told of once") {
  annex::test::Folder folder;
  annex::test::RecordingLogger logger;
  Trust trust;
  CaFiles files(logger);
  folder.write("ca.crt", "one");
  REQUIRE(files.add("--client-ca-file", folder.path("ca.crt"), trust.apply()));
  folder.write("ca.crt", "damaged");
  files.check();
  files.check();
  CHECK(logger.lines().size() == 1);
  std::filesystem::remove(folder.path("ca.crt"));
  files.check();
  files.check();
  CHECK(logger.lines().size() == 2);
  CHECK(trust.taken == std::vector<std::string>{"one"});
  folder.write("ca.crt", "three");
  files.check();
  CHECK(trust.taken.back() == "three");
}

TEST_CASE("a CA file that cannot be used at the start is refused by the flag's name") {
  annex::test::Folder folder;
  annex::test::RecordingLogger logger;
  Trust trust;
  CaFiles files(logger);
  const auto absent = files.add("--client-ca-file", folder.path("none"), trust.apply());
  REQUIRE_FALSE(absent);
  CHECK(absent.error().message.find("--client-ca-file") != std::string::npos);
  folder.write("ca.crt", "damaged");
  const auto damaged = files.add("--client-ca-file", folder.path("ca.crt"), trust.apply());
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().message.find("no certificate in it") != std::string::npos);
}
