// ProtoWriter: protocol buffers' wire format, field by field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace annex::util {

/// Appends fields to one message. Which fields, in which order and whether those with their default
/// value are written is the caller's matter. A value, not synchronised.
class ProtoWriter {
 public:
  /// int32, int64, uint64, bool, enum. A negative int32 is sign-extended, as the format wants.
  void varint(int field, std::uint64_t value);
  /// double
  void number(int field, double value);
  /// string, bytes, or a message that was encoded elsewhere
  void bytes(int field, std::string_view value);
  /// What `bytes` writes before its value, which so many bytes that follow elsewhere are.
  void begin_bytes(int field, std::size_t size);
  /// A message whose fields `write` appends to this same writer.
  template <typename Write>
  void message(int field, const Write& write) {
    const std::size_t start = open(field);
    write();
    close(start);
  }

  const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  std::size_t open(int field);
  void close(std::size_t start);
  void tag(int field, unsigned wire_type);

  std::string out_;
};

}  // namespace annex::util
