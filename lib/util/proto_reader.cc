#include "util/proto_reader.h"

namespace annex::util {

std::optional<ProtoReader::Field> ProtoReader::next() {
  if (rest_.empty() || broken_) return std::nullopt;
  std::optional<Field> read = field();
  broken_ = !read;
  return read;
}

std::optional<ProtoReader::Field> ProtoReader::field() {
  constexpr std::uint64_t kLargestNumber = (1U << 29) - 1;
  const auto tag = varint();
  if (!tag || *tag >> 3 == 0 || *tag >> 3 > kLargestNumber) return std::nullopt;
  Field read;
  read.number = static_cast<int>(*tag >> 3);
  read.wire = static_cast<Wire>(*tag & 7);
  std::optional<std::uint64_t> value;
  switch (read.wire) {
    case Wire::kVarint:
      value = varint();
      break;
    case Wire::kFixed64:
      value = fixed(8);
      break;
    case Wire::kFixed32:
      value = fixed(4);
      break;
    case Wire::kBytes:
      value = varint();
      if (!value || *value > rest_.size()) return std::nullopt;
      read.bytes = rest_.substr(0, static_cast<std::size_t>(*value));
      rest_.remove_prefix(read.bytes.size());
      return read;
  }
  if (!value) return std::nullopt;
  read.value = *value;
  return read;
}

std::optional<std::uint64_t> ProtoReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) return std::nullopt;  // more than 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> ProtoReader::fixed(std::size_t size) {
  if (rest_.size() < size) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(rest_[i]);
  }
  rest_.remove_prefix(size);
  return value;
}

}  // namespace annex::util
