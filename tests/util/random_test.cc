#include "annex/util/random.h"

#include <array>
#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <thread>
#include <vector>

using annex::util::SeededRandom;
using annex::util::SystemRandom;

namespace {

/// Hands out the given numbers in turn.
class ListedRandom final : public annex::util::Random {
 public:
  explicit ListedRandom(std::vector<std::uint64_t> numbers) : numbers_(std::move(numbers)) {}
  std::uint64_t next() override { return numbers_.at(at_++); }
  std::size_t taken() const { return at_; }

 private:
  std::vector<std::uint64_t> numbers_;
  std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("a seed repeats its sequence") {
  SeededRandom a(42);
  SeededRandom b(42);
  SeededRandom other(43);
  const std::uint64_t first = a.next();
  CHECK(first == b.next());
  CHECK(a.next() == b.next());
  CHECK(first != other.next());
}

TEST_CASE("numbers below a bound reach each value and no other") {
  constexpr std::uint64_t kSeed = 7;
  INFO("seed " << kSeed);
  SeededRandom random(kSeed);
  std::array<int, 5> seen{};
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t number = random.below(5);
    REQUIRE(number < 5);
    ++seen[number];
  }
  for (const int count : seen) CHECK(count > 100);
}

TEST_CASE("below one there is only zero") {
  SeededRandom random(1);
  CHECK(random.below(1) == 0);
}

TEST_CASE("numbers that would favour small results are drawn again") {
  ListedRandom random({UINT64_MAX, 8});
  CHECK(random.below(10) == 8);
  CHECK(random.taken() == 2);
}

TEST_CASE("a UUID is a version 4 one of the right variant, in lower case") {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  SeededRandom random(3);
  for (int i = 0; i < 100; ++i) CHECK(std::regex_match(random.uuid(), form));
  CHECK(std::regex_match(ListedRandom({0, 0}).uuid(), form));
  CHECK(std::regex_match(ListedRandom({UINT64_MAX, UINT64_MAX}).uuid(), form));
}

TEST_CASE("a UUID has all digits of its two numbers, the lowest first") {
  CHECK(ListedRandom({0x0123456789abcdef, 0x0123456789abcdef}).uuid() ==
        "fedcba98-7654-4210-bedc-ba9876543210");
}

TEST_CASE("the system's random numbers differ, whichever thread has them") {
  SystemRandom random;
  std::array<std::vector<std::uint64_t>, 4> drawn;
  std::vector<std::thread> threads;
  for (auto& numbers : drawn) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) numbers.push_back(random.next());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& numbers : drawn) all.insert(numbers.begin(), numbers.end());
  CHECK(all.size() == 400);
}
