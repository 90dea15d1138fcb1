#include "http/date.h"

#include <catch2/catch.hpp>

using annex::http::read_date;
using annex::http::write_date;
using annex::util::WallTime;

TEST_CASE("a date is written and read in the one form of today") {
  const WallTime time{std::chrono::seconds(784111777)};
  CHECK(write_date(time) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(read_date("Sun, 06 Nov 1994 08:49:37 GMT") == time);
  CHECK(read_date(write_date(WallTime{std::chrono::seconds(-1)})) ==
        WallTime{std::chrono::seconds(-1)});
  CHECK(write_date(time + std::chrono::milliseconds(999)) == write_date(time));
}

TEST_CASE("what is no such date is nothing") {
  for (const char* text :
       {"", "yesterday", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 CET", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 36 Nov 1994 08:49:37 GMT", "Sun, 06 Abc 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 99994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49"}) {
    INFO(text);
    CHECK_FALSE(read_date(text).has_value());
  }
}
