// ProtoReader: the fields of one message in protocol buffers' wire format.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace annex::util {

/// Goes through the fields of a message in the order of the text, which it does not copy and which
/// must outlive it. The text may be anything: what is no message is told by broken(). Not
/// synchronised.
class ProtoReader {
 public:
  enum class Wire { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };
  struct Field {
    int number = 0;
    Wire wire = Wire::kVarint;
    std::uint64_t value = 0;   ///< of all wire types but kBytes
    std::string_view bytes{};  ///< of kBytes
  };

  explicit ProtoReader(std::string_view text) : rest_(text) {}

  /// The next field; none at the end of the text, or from where it is broken on. Groups, which
  /// version 3 does not have, count as broken.
  std::optional<Field> next();
  bool broken() const { return broken_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<std::uint64_t> fixed(std::size_t size);
  std::optional<Field> field();

  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace annex::util
