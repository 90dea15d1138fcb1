#include "tools/annex/names.h"

#include <catch2/catch.hpp>

namespace annex::tool {

TEST_CASE("names follow from the project's") {
  CHECK(kind_of("bakery") == "Bakery");
  CHECK(kind_of("loaf-tin2") == "LoafTin2");
  CHECK(namespace_of("loaf-tin") == "loaf_tin");
  CHECK(file_of("LoafTin") == "loaf_tin");
  CHECK(file_of("HTTPRoute") == "http_route");
  CHECK(file_of("V2Loaf") == "v2_loaf");
  CHECK(plural_of("Loaf") == "loafs");
  CHECK(plural_of("Bakery") == "bakeries");
  CHECK(plural_of("Tray") == "trays");
  CHECK(plural_of("Box") == "boxes");
  CHECK(plural_of("HTTPRoute") == "httproutes");
}

TEST_CASE("unusable names are refused with a sentence") {
  for (const char* name : {"bakery", "loaf-tin", "a", "b2b"}) CHECK(check_project_name(name));
  for (const char* name : {"", "Bakery", "2b", "loaf_tin", "../x", "a--b", "a-", "class", "test",
                           "annex", "std", "a/b", "end-to-end"}) {
    INFO(name);
    const Result<void> checked = check_project_name(name);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message.find("\"" + std::string(name) + "\"") == 0);
  }
  for (const char* kind : {"Loaf", "HTTPRoute", "V2"}) CHECK(check_kind(kind));
  for (const char* kind : {"", "loaf", "Loaf-Tin", "LoafList", "Status", "L\"af"}) {
    CHECK_FALSE(check_kind(kind));
  }
  for (const char* version : {"v1", "v2beta1", "v10alpha3"}) CHECK(check_version(version));
  for (const char* version :
       {"", "v", "1", "v0", "v01", "v1beta", "v1beta0", "v1gamma1", "v1alpha1x", "V1", "v1 "}) {
    INFO(version);
    CHECK_FALSE(check_version(version));
  }
  CHECK(check_group("bakery.example.com"));
  for (const char* group :
       {"", "bakery", "Bakery.example.com", "apps.k8s.io", "k8s.io", "x.kubernetes.io", "a b.c"}) {
    INFO(group);
    CHECK_FALSE(check_group(group));
  }
}

}  // namespace annex::tool
