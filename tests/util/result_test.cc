#include "annex/util/result.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

using annex::Error;
using annex::Result;

TEST_CASE("a result with a value is true and gives it") {
  const Result<std::string> result = std::string("loaf");
  REQUIRE(result);
  CHECK(result.has_value());
  CHECK(*result == "loaf");
  CHECK(result->size() == 4);
  CHECK(result.value() == "loaf");
}

TEST_CASE("a result without one is false and gives its error") {
  const Result<std::string> result = Error::bad_request("burnt");
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "burnt");
}

TEST_CASE("a result's value can be changed in place") {
  Result<std::string> result = std::string("a");
  *result += "b";
  result->push_back('c');
  CHECK(result.value() == "abc");
}

TEST_CASE("values that cannot be copied are moved out") {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = std::move(result).value();
  CHECK(*taken == 5);
  Result<std::unique_ptr<int>> other = std::make_unique<int>(6);
  const std::unique_ptr<int> by_star = *std::move(other);
  CHECK(*by_star == 6);
}

TEST_CASE("a void result is good until it holds an error") {
  const Result<void> good;
  CHECK(good);
  Result<void> bad = Error::internal("x");
  REQUIRE_FALSE(bad);
  CHECK(std::move(bad).error().reason == annex::Reason::kInternalError);
}

TEST_CASE("the error may be of another type") {
  enum class Fault { kNone, kFull };
  const Result<int, Fault> result = Fault::kFull;
  REQUIRE_FALSE(result);
  CHECK(result.error() == Fault::kFull);
  const Result<void, Fault> nothing = Fault::kFull;
  CHECK_FALSE(nothing.has_value());
}
