#include "annex/util/bytes.h"

#include <catch2/catch.hpp>
#include <memory>

using annex::util::Bytes;
using annex::util::Chunks;

TEST_CASE("bytes share their storage when copied or sliced") {
  const Bytes whole(std::string("abcdefghijklmnopqrstuvwxyz0123456789"));
  const Bytes copy = whole;
  const Bytes part = whole.slice(2, 3);
  CHECK(copy.data() == whole.data());
  CHECK(part.data() == whole.data() + 2);
  CHECK(part.view() == "cde");
  CHECK(whole.slice(34).view() == "89");
}

TEST_CASE("a slice outlives the bytes that it came from") {
  auto whole = std::make_unique<Bytes>(std::string(100, 'x') + "tail");
  const Bytes tail = whole->slice(100);
  whole.reset();
  CHECK(tail.view() == "tail");
}

TEST_CASE("a slice may be empty, at the end too") {
  const Bytes bytes(std::string("abc"));
  CHECK(bytes.slice(3).empty());
  CHECK(bytes.slice(1, 0) == Bytes());
}

TEST_CASE("literal bytes own nothing") {
  static constexpr std::string_view kText = "{}";
  CHECK(Bytes::literal(kText).data() == kText.data());
}

TEST_CASE("bytes compare by content") {
  CHECK(Bytes(std::string("a")) == Bytes::literal("a"));
  CHECK_FALSE(Bytes(std::string("a")) == Bytes::literal("b"));
}

TEST_CASE("chunks keep their parts in order and count their bytes") {
  Chunks chunks(std::string("one,"));
  chunks.append(Bytes::literal("two,"));
  chunks.append(Chunks(std::string("three")));
  CHECK(chunks.size() == 13);
  CHECK(chunks.parts().size() == 3);
  CHECK(chunks.join() == "one,two,three");
}

TEST_CASE("chunks take no empty parts") {
  Chunks chunks{std::string()};
  chunks.append(Bytes());
  chunks.append(Chunks());
  CHECK(chunks.empty());
  CHECK(chunks.parts().empty());
}

TEST_CASE("cleared chunks begin anew") {
  Chunks chunks(std::string("old"));
  chunks.clear();
  CHECK(chunks.empty());
  chunks.append(std::string("new"));
  CHECK(chunks.join() == "new");
}
