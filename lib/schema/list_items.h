// Telling the items of a list apart, and finding them again in another list.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "annex/json/value.h"
#include "annex/schema/type.h"

namespace annex::schema {

/// What tells an item of `list` from the others: its keys as an object where the list is a map, the
/// item itself otherwise.
json::Value item_key(const Property& list, const json::Value& item);

/// For each of `items` the index in `old` of the item that it was: that of the same key in a list
/// that is a map; in others (`list` is null where nothing is declared) an equal one, or else the
/// one of the same place unless items have gone. No index is given twice.
std::vector<std::optional<std::size_t>> align_items(const Property* list, const json::Array& old,
                                                    const json::Array& items);

}  // namespace annex::schema
