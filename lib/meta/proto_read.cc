#include <algorithm>

#include "json/utf8.h"
#include "meta/proto_message.h"
#include "util/proto_reader.h"

namespace annex::meta {
namespace {

using util::ProtoReader;

Error broken(const std::string& what) {
  return Error::bad_request("the protobuf message cannot be read: " + what);
}

Result<json::Value> read_field(const ProtoReader::Field& field, const ProtoField& to) {
  const bool is_bytes = to.form == ProtoForm::kText || to.form == ProtoForm::kMessage;
  const auto wire = is_bytes ? ProtoReader::Wire::kBytes : ProtoReader::Wire::kVarint;
  if (field.wire != wire) return broken("wrong type of field " + std::string(to.name));
  switch (to.form) {
    case ProtoForm::kText:
      if (!json::is_valid_utf8(field.bytes)) {
        return broken("field " + std::string(to.name) + " is not UTF-8");
      }
      return json::Value(field.bytes);
    case ProtoForm::kFlag:
      return json::Value(field.value != 0);
    case ProtoForm::kCount:
      return json::Value(static_cast<std::int64_t>(field.value));
    case ProtoForm::kMessage:
      return from_proto(field.bytes, *to.message);
    default:
      return Error::internal("this form of field is only written");
  }
}

}  // namespace

Result<json::Value> from_proto(std::string_view text, const ProtoMessage& message) {
  json::Object object;
  ProtoReader reader(text);
  while (const auto field = reader.next()) {
    const auto known =
        std::find_if(message.fields.begin(), message.fields.end(),
                     [&](const ProtoField& each) { return each.number == field->number; });
    if (known == message.fields.end()) continue;
    Result<json::Value> value = read_field(*field, *known);
    if (!value) return value;
    if (known->count != ProtoCount::kRepeated) {
      object.set(known->name, std::move(*value));
      continue;
    }
    json::Value& list = object[known->name];
    if (!list.is_array()) list = json::Array();
    list.as_array().push_back(std::move(*value));
  }
  if (reader.broken()) return broken("unexpected EOF");
  return json::Value(std::move(object));
}

}  // namespace annex::meta
