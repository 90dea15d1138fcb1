#include <catch2/catch.hpp>
#include <cstring>

#include "util/proto_reader.h"
#include "util/proto_writer.h"

using annex::util::ProtoReader;
using annex::util::ProtoWriter;

namespace {

constexpr std::uint64_t kMinusOne = ~std::uint64_t{0};

/// True if the whole text can be read as one message.
bool readable(std::string_view text) {
  ProtoReader reader(text);
  while (reader.next()) {
  }
  return !reader.broken();
}

}  // namespace

TEST_CASE("fields are written as the format's own documentation shows them") {
  ProtoWriter writer;
  writer.varint(1, 150);
  CHECK(writer.text() == "\x08\x96\x01");
  writer = {};
  writer.bytes(2, "testing");
  CHECK(writer.text() == "\x12\x07testing");
  writer = {};
  writer.message(3, [&] { writer.varint(1, 150); });
  CHECK(writer.text() == "\x1a\x03\x08\x96\x01");
  writer = {};
  writer.varint(1, kMinusOne);
  CHECK(writer.text() == "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  writer = {};
  writer.number(16, 1.0);
  CHECK(writer.take() == std::string("\x81\x01\0\0\0\0\0\0\xf0\x3f", 10));
}

TEST_CASE("a message in a message is as long as its length says, also beyond 127 bytes") {
  ProtoWriter writer;
  writer.message(1, [&] { writer.message(2, [&] { writer.bytes(3, std::string(300, 'x')); }); });
  ProtoReader outer(writer.text());
  const auto first = outer.next();
  REQUIRE(first.has_value());
  CHECK_FALSE(outer.next().has_value());
  CHECK_FALSE(outer.broken());
  ProtoReader middle(first->bytes);
  const auto second = middle.next();
  REQUIRE(second.has_value());
  CHECK(second->number == 2);
  ProtoReader inner(second->bytes);
  const auto third = inner.next();
  REQUIRE(third.has_value());
  CHECK(third->bytes == std::string(300, 'x'));
}

TEST_CASE("what was written is read") {
  ProtoWriter writer;
  writer.varint(536870911, kMinusOne);
  writer.number(2, -0.5);
  writer.bytes(3, "");
  ProtoReader reader(writer.text());
  const auto varint = reader.next();
  CHECK(varint->number == 536870911);
  CHECK(varint->value == kMinusOne);
  const auto number = reader.next();
  CHECK(number->wire == ProtoReader::Wire::kFixed64);
  double value = 0;
  std::memcpy(&value, &number->value, sizeof value);
  CHECK(value == -0.5);
  CHECK(reader.next()->wire == ProtoReader::Wire::kBytes);
  CHECK_FALSE(reader.next().has_value());
  CHECK_FALSE(reader.broken());
  ProtoReader fixed32("\x0d\x01\x02\x03\x04");
  CHECK(fixed32.next()->value == 0x04030201);
}

TEST_CASE("what is no message is broken, and stays so") {
  ProtoWriter writer;
  writer.varint(1, 150);
  writer.bytes(2, "testing");
  writer.number(3, 1.5);
  for (std::size_t size = 0; size < writer.text().size(); ++size) {
    INFO(size);
    // Cut at the end of a field, a message is a shorter message.
    CHECK(readable(writer.text().substr(0, size)) == (size == 0 || size == 3 || size == 12));
  }
  CHECK_FALSE(readable(std::string("\0\0", 2)));                          // field 0
  CHECK_FALSE(readable("\x0b\x0c"));                                      // a group
  CHECK_FALSE(readable("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));  // a length of 2^64-1
  CHECK_FALSE(readable("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));  // 65 bits
  CHECK_FALSE(readable("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"));
  ProtoReader reader("\x0b\x08\x01");
  CHECK_FALSE(reader.next().has_value());
  CHECK_FALSE(reader.next().has_value());
}
