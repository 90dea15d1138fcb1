#include "sqlite/row.h"

#include <zlib.h>

namespace annex::sqlite {
namespace {

class Checksum {
 public:
  void add(std::uint64_t number) {
    unsigned char bytes[8];
    for (unsigned char& byte : bytes) {
      byte = static_cast<unsigned char>(number);
      number >>= 8U;
    }
    value_ = ::crc32_z(value_, bytes, sizeof bytes);
  }
  void add(std::string_view bytes) {
    add(std::uint64_t{bytes.size()});
    if (bytes.empty()) return;
    value_ = ::crc32_z(value_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::uint32_t value() const { return static_cast<std::uint32_t>(value_); }

 private:
  unsigned long value_ = 0;
};

}  // namespace

Row read_row(const Query& query, int first) {
  Row row;
  row.revision = query.number(first);
  row.key = query.bytes(first + 1);
  row.is_put = query.number(first + 2) == 1;
  row.create_revision = query.number(first + 3);
  row.previous_revision = query.number(first + 4);
  row.value = query.bytes(first + 5);
  if (!query.is_null(first + 6)) row.ttl = query.number(first + 6);
  if (!query.is_null(first + 7)) row.checksum = query.number(first + 7);
  return row;
}

std::uint32_t checksum_of(const Row& row) {
  Checksum sum;
  sum.add(row.revision);
  sum.add(row.key);
  sum.add(row.is_put ? 1 : 0);
  sum.add(row.create_revision);
  sum.add(row.previous_revision);
  sum.add(row.value);
  sum.add(row.ttl ? *row.ttl + 1 : 0);
  return sum.value();
}

bool is_intact(const Row& row) { return !row.checksum || *row.checksum == checksum_of(row); }

StoreError damaged(const Connection& connection, std::string_view key, Revision revision) {
  return {StoreError::Code::kCorrupt,
          "the store " + connection.path() + " is damaged: what it has of " + std::string(key) +
              " at revision " + std::to_string(revision) + " is not what was written",
          {}};
}

}  // namespace annex::sqlite
