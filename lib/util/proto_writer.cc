#include "util/proto_writer.h"

#include <cstring>

namespace annex::util {
namespace {

constexpr unsigned kVarint = 0;
constexpr unsigned kFixed64 = 1;
constexpr unsigned kLengthDelimited = 2;

std::string encode_varint(std::uint64_t value) {
  std::string out;
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
  return out;
}

}  // namespace

void ProtoWriter::varint(int field, std::uint64_t value) {
  tag(field, kVarint);
  out_ += encode_varint(value);
}

void ProtoWriter::number(int field, double value) {
  tag(field, kFixed64);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  for (int shift = 0; shift < 64; shift += 8) {
    out_.push_back(static_cast<char>((bits >> shift) & 0xff));
  }
}

void ProtoWriter::bytes(int field, std::string_view value) {
  begin_bytes(field, value.size());
  out_ += value;
}

void ProtoWriter::begin_bytes(int field, std::size_t size) {
  tag(field, kLengthDelimited);
  out_ += encode_varint(size);
}

std::size_t ProtoWriter::open(int field) {
  tag(field, kLengthDelimited);
  return out_.size();
}

void ProtoWriter::close(std::size_t start) {
  // The length is known only now; most messages are short, so that moving them is cheap.
  out_.insert(start, encode_varint(out_.size() - start));
}

void ProtoWriter::tag(int field, unsigned wire_type) {
  out_ += encode_varint(static_cast<std::uint64_t>(field) << 3 | wire_type);
}

}  // namespace annex::util
