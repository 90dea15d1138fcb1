// JSON values as messages of protocol buffers and back, by tables that say which member is which
// field.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "annex/json/value.h"
#include "annex/util/result.h"

namespace annex::meta {

struct ProtoMessage;

enum class ProtoForm {
  kText,
  kFlag,
  kCount,   ///< int32, int64
  kNumber,  ///< double
  kTime,    ///< RFC 3339 text; a message of seconds = 1 and nanos = 2
  kMap,     ///< an object of texts, each a message of name = 1 and value = 2, sorted
  kJson,    ///< any value at all, as JSON text
  kMessage,
};

enum class ProtoCount {
  kOptional,
  kAlways,    ///< written with its zero value if absent, as Go writes what is no pointer
  kRepeated,  ///< each item of an array; a value that is no array counts as one item
};

/// Where a JSON value goes.
struct ProtoField {
  std::string_view name{};  ///< of the JSON member
  int number = 0;
  ProtoForm form = ProtoForm::kText;
  ProtoCount count = ProtoCount::kOptional;
  const ProtoMessage* message = nullptr;  ///< for kMessage
};

/// How one JSON value becomes one message. Tables are constants of static storage duration.
struct ProtoMessage {
  std::span<const ProtoField> fields{};  ///< of members known by name, in order of their numbers
  ProtoField entries{};     ///< repeated pairs (name = 1, value = 2) of all other members
  ProtoField extensions{};  ///< the same for members called "x-..."
  /// If set, the value's members are not looked at: the index in `fields` of the one that takes the
  /// whole value. Beyond them: none does, the message is empty.
  std::size_t (*choose)(const json::Value& value) = nullptr;
};

/// The first field takes the whole value.
inline std::size_t choose_first(const json::Value&) { return 0; }

/// A value as a message. Members that the table does not know, and values that are not of their
/// field's form, are left out. Recursion is as deep as the value.
std::string to_proto(const json::Value& value, const ProtoMessage& message);

/// A message as a value; for tables of texts, flags, counts and messages of such. Unknown fields
/// are passed over. BadRequest for what is no such message.
Result<json::Value> from_proto(std::string_view text, const ProtoMessage& message);

}  // namespace annex::meta
