#include "annex/schema/formats.h"

#include <catch2/catch.hpp>

namespace schema = annex::schema;

TEST_CASE("quantities take their canonical form") {
  const std::pair<const char*, const char*> cases[] = {{"1.5", "1500m"},
                                                       {"0.1", "100m"},
                                                       {"1000", "1k"},
                                                       {"1.5Gi", "1536Mi"},
                                                       {"1024Ki", "1Mi"},
                                                       {"1e3", "1e3"},
                                                       {"1000Ki", "1000Ki"},
                                                       {"0.5Ki", "512"},
                                                       {"1.25Mi", "1280Ki"},
                                                       {"100e-2", "1"},
                                                       {"1.5n", "2n"},
                                                       {"1500000", "1500k"},
                                                       {"-0.5", "-500m"},
                                                       {"0", "0"},
                                                       {"1.500", "1.500"},
                                                       {"12E6", "12E6"},
                                                       {"+5", "+5"},
                                                       {"5.", "5."},
                                                       {" 5 ", "5"},
                                                       {"100m", "100m"},
                                                       {"10Ei", "9223372036854775807"},
                                                       {"1000000000000000000000", "1000E"},
                                                       {"0Ki", "0"},
                                                       {"-1024Ki", "-1Mi"}};
  for (const auto& [text, canonical] : cases) {
    INFO(text);
    const auto quantity = schema::canonical_quantity(text);
    REQUIRE(quantity.has_value());
    CHECK(*quantity == canonical);
  }
}

TEST_CASE("quantities with zeros in front and large binary ones are as upstream's") {
  for (const char* text : {"099", "+075004791062T", "-036E-3", "1073741823Ki"}) {
    CHECK(*schema::canonical_quantity(text) == text);
  }
  CHECK(*schema::canonical_quantity("+4919210890Gi") == "4919210890Gi");
  CHECK(*schema::canonical_quantity("00.5") == "500m");
  CHECK(*schema::canonical_quantity("0662.3Ei") == "9223372036854775807");
}

TEST_CASE("what is no quantity is refused with upstream's texts") {
  for (const char* text : {"", "x", "1 1", "1.2.3", "1e+-5", "1k5k"}) {
    CHECK_THAT(schema::canonical_quantity(text).error().message,
               Catch::StartsWith("quantities must match the regular expression"));
  }
  for (const char* text : {"e5", "-", ".", "Ki", "--1"}) {
    CHECK(schema::canonical_quantity(text).error().message ==
          "unable to parse numeric part of quantity");
  }
  for (const char* text : {"1KK", "1e", "1e-", "1k5", "1ee5"}) {
    CHECK(schema::canonical_quantity(text).error().message == "unable to parse quantity's suffix");
  }
}

TEST_CASE("quantities compare by value") {
  CHECK(schema::compare_quantities("1Ki", "1024") == 0);
  CHECK(schema::compare_quantities("1000m", "1") == 0);
  CHECK(schema::compare_quantities("1k", "1Ki") < 0);
  CHECK(schema::compare_quantities("-1", "0") < 0);
  CHECK(schema::compare_quantities("-1", "-2") > 0);
}

TEST_CASE("times are read with any offset and written in UTC") {
  auto canonical = [](std::string_view text) {
    const auto time = schema::parse_rfc3339(text);
    return time ? schema::write_rfc3339(*time) : "refused";
  };
  CHECK(canonical("2026-01-02T03:04:05Z") == "2026-01-02T03:04:05Z");
  CHECK(canonical("2026-01-02T03:04:05.999+01:30") == "2026-01-02T01:34:05Z");
  CHECK(canonical("2000-02-29T23:59:59-01:00") == "2000-03-01T00:59:59Z");
  for (const char* text :
       {"", "2026-01-02", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", "2026-01-02T24:04:05Z",
        "2026-01-02T03:04:05", "2026-01-02T03:04:05Zx"}) {
    INFO(text);
    CHECK(canonical(text) == "refused");
  }
  CHECK(canonical("2026-01-02T3:04:05Z") == "2026-01-02T03:04:05Z");
  CHECK(schema::canonical_rfc3339("9999-12-31T23:59:59.5+01:00") == "9999-12-31T22:59:59Z");
  CHECK(schema::canonical_rfc3339("9999-12-31T23:59:59-01:00") == "10000-01-01T00:59:59Z");
  CHECK(schema::canonical_rfc3339("0000-01-01T00:00:00+00:00") == "0000-01-01T00:00:00Z");
  CHECK(schema::canonical_rfc3339_micro("0001-01-02T00:00:00.000001Z") ==
        "0001-01-02T00:00:00.000001Z");
  CHECK(schema::parse_rfc3339("9999-12-31T23:59:59Z") == annex::util::WallTime::max());
  CHECK(schema::parse_rfc3339_micro("2026-01-02T03:04:05.000001+02:00").has_value());
  for (const char* text : {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.1Z",
                           "2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.12345-01:00"}) {
    INFO(text);
    CHECK_FALSE(schema::parse_rfc3339_micro(text).has_value());
  }
  CHECK(schema::write_rfc3339_micro(*schema::parse_rfc3339("2026-01-02T03:04:05.25Z")) ==
        "2026-01-02T03:04:05.250000Z");
}

TEST_CASE("durations follow Go") {
  const std::pair<const char*, const char*> cases[] = {
      {"300ms", "300ms"}, {"-1.5h", "-1h30m0s"}, {"2h45m", "2h45m0s"},      {"0", "0s"},
      {"1.5s", "1.5s"},   {"90s", "1m30s"},      {"100us", "100\xc2\xb5s"}, {"1ns", "1ns"}};
  for (const auto& [text, canonical] : cases) {
    INFO(text);
    const auto duration = schema::parse_go_duration(text);
    REQUIRE(duration.has_value());
    CHECK(schema::write_go_duration(*duration) == canonical);
  }
  for (const char* text : {"", "1", "x", "1y", "999999999h", "s", "."}) {
    INFO(text);
    CHECK_FALSE(schema::parse_go_duration(text).has_value());
  }
}

TEST_CASE("base64 is standard and padded") {
  CHECK(schema::write_base64("ab") == "YWI=");
  CHECK(schema::parse_base64("YWI=") == std::string("ab"));
  CHECK(schema::parse_base64(schema::write_base64(std::string("\0\xff\x10", 3))) ==
        std::string("\0\xff\x10", 3));
  for (const char* text : {"YWI", "YW=I", "Y===", "YW-_"}) CHECK_FALSE(schema::parse_base64(text));
}
