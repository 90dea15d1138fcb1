// The parts of a strategic merge: what lists do (strategic_lists.cc) and what objects do
// (strategic_merge.cc).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "annex/schema/strategic_merge.h"

namespace annex::schema {

constexpr std::string_view kDirective = "$patch";

/// Where the merge is: a type of the table. Deep recursion is refused, not followed.
struct Place {
  const TypeTable* table{};
  TypeId type{};
  int depth = 0;
};

/// A property to go down into.
struct Below {
  Place place{};
  PatchStrategy strategy{};
};

/// The merge of two objects. `patch` may be eaten.
Result<json::Value> merge_objects(const Place& place, json::Value original, json::Value patch);
/// The merge of two lists; `below` is of their items. If it `deletes`, scalars in the patch go.
Result<json::Value> merge_lists(const Below& below, json::Array original, json::Array patch,
                                bool deletes);

/// What a `$setElementOrder` directive makes of a list; null if neither side has one.
Result<json::Value> merge_ordered(const Below& below, const json::Array* original,
                                  const json::Array* patch, const json::Array& order);

/// Items' places by their merge key's value, or by their own if they are scalars.
class KeyIndex {
 public:
  /// `items` outlives the index. Items without the key have no place.
  KeyIndex(const json::Array& items, const std::string& merge_key);
  /// The first place of an item with the key of `item`; empty if there is none.
  std::optional<std::size_t> find(const json::Value& item) const;

 private:
  std::unordered_map<std::string, std::size_t> places_;
  const std::string merge_key_;
};

/// Takes members and items that are objects with a `$patch` away, at any depth.
void remove_directives(json::Value& value);
/// Takes members that are null away, at any depth, too.
void discard_nulls(json::Value& value);

Error unknown_directive(const json::Value& directive, const json::Value& item);
Error no_merge_key(const json::Value& item, const std::string& merge_key);
/// Upstream's plain errors: a 500 with nothing but its text.
Error plain_error(std::string message);
Error bad_argument(std::string_view expected, const json::Value& actual);

}  // namespace annex::schema
