// One row of the table `log`, and whether it is what was written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sqlite/connection.h"

namespace annex::sqlite {

/// Views of a row that a query stands on, or of what is about to be one.
struct Row {
  Revision revision{};
  std::string_view key{};
  bool is_put = false;
  Revision create_revision{};
  Revision previous_revision{};
  std::string_view value{};  ///< empty for a deletion
  std::optional<std::uint64_t> ttl{};
  /// Absent where the first version of the schema wrote it.
  std::optional<std::uint64_t> checksum{};
};

/// The row whose columns begin at `first` in the order revision, key, op, create_revision,
/// previous_revision, value, ttl, crc; valid until the query moves on.
Row read_row(const Query& query, int first = 0);
constexpr int kRowColumns = 8;
/// CRC-32 of all that the row says.
std::uint32_t checksum_of(const Row& row);
/// False if the row is not what was written.
bool is_intact(const Row& row);
/// kCorrupt, which names the key.
StoreError damaged(const Connection& connection, std::string_view key, Revision revision);

}  // namespace annex::sqlite
