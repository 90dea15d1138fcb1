// The run-time type table: what every described or loaded API type becomes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"

namespace annex::schema {

/// An index into the table that made it.
using TypeId = std::uint32_t;

enum class Kind {
  kObject,  ///< named members
  kMap,     ///< string keys, all values of one type
  kList,
  kString,
  kInteger,
  kNumber,
  kBoolean,
  kAny,  ///< free-form JSON, kept as it is
};

/// The texts and numbers that a kind alone does not tell apart; `format` in OpenAPI.
enum class Format {
  kNone,
  kInt32,
  kInt64,
  kDouble,
  kByte,      ///< base64 in a string
  kDateTime,  ///< meta.Time
  kMicroTime,
  kDuration,
  kQuantity,
  kIntOrString,   ///< with kAny
  kRawExtension,  ///< with kAny: merged as a whole
};

/// How a list's items relate, for merging: `x-kubernetes-list-type`.
enum class ListType { kAtomic, kSet, kMap };

/// Limits on a value; those that are absent do not apply.
struct Constraints {
  std::optional<double> minimum{};          ///< itself allowed
  std::optional<double> maximum{};          ///< itself allowed
  std::optional<std::size_t> min_length{};  ///< in characters
  std::optional<std::size_t> max_length{};  ///< in characters
  std::string pattern{};                    ///< ECMAScript, searched for
  std::optional<std::size_t> min_items{};   ///< itself allowed
  std::optional<std::size_t> max_items{};   ///< itself allowed
};

/// One member of an object type.
struct Property {
  std::string name{};         ///< in JSON
  std::string description{};  ///< for OpenAPI
  TypeId type{};              ///< its place in the table
  bool required = false;      ///< absence is an error
  bool immutable = false;     ///< an update may not change it
  /// Filled in where absent, always written, and shown as `default`.
  std::optional<json::Value> default_value{};
  /// Of a plain member: absent means this, and this is not written.
  std::optional<json::Value> initial{};
  Constraints constraints{};               ///< of its value
  ListType list_type = ListType::kAtomic;  ///< how lists merge
  std::vector<std::string> list_keys{};    ///< of kMap
  bool duplicates_allowed = false;  ///< the list merges by its keys, but its items may repeat
  bool map_atomic = false;          ///< replaced as a whole
  std::uint32_t number{};           ///< reserved for protobuf; 0 is none
};

/// One type of a table: a scalar, a list, a map or an object, with what constrains it.
struct Type {
  Kind kind = Kind::kAny;         ///< what it is in JSON
  Format format = Format::kNone;  ///< what its text or number means
  std::string name{};             ///< non-empty: emitted once under this name and referred to
  std::string description{};      ///< for OpenAPI
  /// The struct that it describes, so that no two share a name; empty for a loaded type.
  std::string_view cpp_name{};
  std::vector<Property> properties{};      ///< kObject, in described order
  TypeId element{};                        ///< kMap and kList
  std::vector<std::string> enum_values{};  ///< kString: all it may be
  bool preserve_unknown = false;           ///< members that are not described are kept
  bool embedded_resource = false;          ///< an object with a kind of its own
  bool atomic = false;  ///< kObject: replaced as a whole by apply, wherever it is
  /// A described type whose structs hold all of every document: there is nothing to look for.
  bool all_held = false;

  /// The property of an object, or null.
  const Property* find(std::string_view property) const;
};

/// All types of a server's kinds. Filled by one thread at start, then immutable and shared.
class TypeTable {
 public:
  TypeTable() = default;
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  /// Ids are given in order, from 0, and stay.
  TypeId add(Type type);
  /// How many there are.
  std::size_t size() const { return types_.size(); }
  /// Requires: `id` is from this table. References stay valid while the table lives.
  const Type& at(TypeId id) const { return types_[id]; }
  Type& at(TypeId id) { return types_[id]; }
  /// By its name; nothing if there is none.
  std::optional<TypeId> find(std::string_view name) const;

 private:
  std::deque<Type> types_;
};

}  // namespace annex::schema
