#include "setup/certificate_folder.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/folder.h"

namespace annex::setup {
namespace {

CertificateSet made() {
  CertificatePolicy policy;
  policy.names = serving_names("bakery", "ovens");
  const Result<Renewal> renewal =
      renew({}, policy, util::WallTime(std::chrono::hours(24 * 20'000)));
  REQUIRE(renewal);
  return renewal->set;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("certificates are kept in a folder that only its owner can read") {
  const annex::test::Folder folder;
  const std::string path = folder.path("certificates");
  CHECK(read_certificates(path).value() == CertificateSet());
  const CertificateSet set = made();
  REQUIRE(write_certificates(path, set));
  CHECK(read_certificates(path).value() == set);
  CHECK(mode_of(path) == 0700);
  for (const char* name : {"ca.crt", "ca.key", "tls.crt", "tls.key"}) {
    CHECK(mode_of(path + "/" + name) == 0600);
  }
}

TEST_CASE("what does not change is not written again, and drafts do not stay") {
  const annex::test::Folder folder;
  const std::string path = folder.path("certificates");
  CertificateSet set = made();
  REQUIRE(write_certificates(path, set));
  const auto written = std::filesystem::last_write_time(path + "/ca.crt");
  const auto inode = [&](const char* name) {
    struct stat status {};
    REQUIRE(::stat((path + "/" + name).c_str(), &status) == 0);
    return status.st_ino;
  };
  const auto before = inode("tls.crt");
  const CertificateSet other = made();
  set.certificate = other.certificate;
  set.key = other.key;
  REQUIRE(write_certificates(path, set));
  CHECK(std::filesystem::last_write_time(path + "/ca.crt") == written);
  CHECK(inode("tls.crt") != before);
  const auto files = std::filesystem::directory_iterator(path);
  CHECK(std::distance(begin(files), end(files)) == 4);
}

TEST_CASE("a folder of something else is left alone") {
  const annex::test::Folder folder;
  folder.write("letter", "dear");
  const Result<void> wrote = write_certificates(folder.path(), made());
  REQUIRE_FALSE(wrote);
  CHECK_FALSE(std::filesystem::exists(folder.path("ca.crt")));
}

}  // namespace annex::setup
