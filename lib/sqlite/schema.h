// What is in a store's file, how it is made, brought up to date and recognised.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "annex/util/result.h"
#include "sqlite/connection.h"

namespace annex::sqlite {

/// The statements that bring a file from one version of the schema to the next; the first makes it.
/// Its version is the number of those that ran.
std::span<const char* const> migrations();

/// Makes the schema in an empty file, or checks that the file is a store and brings it up to date.
/// BadRequest: it is not a store, from a newer version or damaged; it is left as it was.
/// Requires: a connection that may write.
Result<void> prepare(Connection& connection, std::span<const char* const> steps,
                     std::uint64_t new_epoch);

/// Recognises a store without changing it; its schema may be an older one.
Result<void> recognise(Connection& connection, std::size_t known_version);

/// Looks at what a damaged file is most likely to show, in a few milliseconds whatever its size.
Result<void> check_quickly(Connection& connection);
/// Looks at every page and at every row. The problems; none if all is well.
StoreResult<std::vector<std::string>> check_thoroughly(Connection& connection);

/// Turns the store's error at opening into one for people who start a server.
Error opening_error(const StoreError& error);

}  // namespace annex::sqlite
