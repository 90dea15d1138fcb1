#include "http/gzip.h"

#include <catch2/catch.hpp>

namespace http = annex::http;

namespace {

bool accepts(const char* value) { return http::accepts_gzip({{"Accept-Encoding", value}}); }

}  // namespace

TEST_CASE("gzip is taken by its name alone") {
  CHECK(accepts("gzip"));
  CHECK(accepts("br, gzip ,deflate"));
  CHECK_FALSE(accepts(""));
  CHECK_FALSE(accepts("gzip;q=1"));
  CHECK_FALSE(accepts("xgzip"));
  CHECK_FALSE(accepts("*"));
  CHECK_FALSE(http::accepts_gzip({}));
}

TEST_CASE("packing parts is packing them joined") {
  annex::util::Chunks parts(std::string(1000, 'a'));
  parts.append(std::string(1000, 'b'));
  const auto packed = http::gzip(parts);
  REQUIRE(packed.has_value());
  CHECK(packed->size() < 100);
  CHECK(packed->substr(0, 2) == "\x1f\x8b");
  CHECK(packed->substr(packed->size() - 4) == std::string("\xd0\x07\0\0", 4));  // 2000 bytes
  CHECK(packed == http::gzip(annex::util::Chunks(parts.join())));
}
