#include "meta/proto_message.h"

#include <algorithm>
#include <vector>

#include "annex/json/write.h"
#include "annex/schema/formats.h"
#include "util/proto_writer.h"

namespace annex::meta {
namespace {

class Encoder {
 public:
  void whole(const json::Value& value, const ProtoMessage& message) {
    if (message.choose != nullptr) {
      const std::size_t chosen = message.choose(value);
      if (chosen < message.fields.size()) field(&value, message.fields[chosen]);
      return;
    }
    for (const ProtoField& each : message.fields) field(value.find(each.name), each);
    const bool open = message.entries.number != 0 || message.extensions.number != 0;
    if (!open || !value.is_object()) return;
    for (const json::Member& member : value.as_object()) {
      const bool known =
          std::any_of(message.fields.begin(), message.fields.end(),
                      [&](const ProtoField& each) { return each.name == member.name; });
      if (known) continue;
      const bool extension = message.extensions.number != 0 && member.name.starts_with("x-");
      const ProtoField& to = extension ? message.extensions : message.entries;
      if (to.number != 0) pair(member, to);
    }
  }

  std::string take() { return out_.take(); }

 private:
  void pair(const json::Member& member, const ProtoField& to) {
    out_.message(to.number, [&] {
      out_.bytes(1, member.name);
      single(member.value, {{}, 2, to.form, {}, to.message});
    });
  }

  void field(const json::Value* value, const ProtoField& to) {
    if (value == nullptr || value->is_null()) {
      if (to.count == ProtoCount::kAlways) zero(to);
    } else if (to.count == ProtoCount::kRepeated && value->is_array()) {
      for (const json::Value& item : value->as_array()) single(item, to);
    } else {
      single(*value, to);
    }
  }

  void single(const json::Value& value, const ProtoField& to) {
    switch (to.form) {
      case ProtoForm::kText:
        if (value.is_string()) out_.bytes(to.number, value.as_string());
        break;
      case ProtoForm::kFlag:
        if (value.is_bool()) out_.varint(to.number, value.as_bool() ? 1 : 0);
        break;
      case ProtoForm::kCount:
        if (value.is_int64()) {
          out_.varint(to.number, static_cast<std::uint64_t>(value.as_int64()));
        }
        break;
      case ProtoForm::kNumber:
        if (value.is_number()) out_.number(to.number, value.as_double());
        break;
      case ProtoForm::kTime:
        if (value.is_string()) time(value.as_string(), to.number);
        break;
      case ProtoForm::kMap:
        if (value.is_object()) map(value.as_object(), to.number);
        break;
      case ProtoForm::kJson:
        out_.bytes(to.number, json::write(value));
        break;
      case ProtoForm::kMessage:
        out_.message(to.number, [&] { whole(value, *to.message); });
        break;
    }
  }

  void time(std::string_view text, int number) {
    const auto parsed = schema::parse_rfc3339(text);
    if (!parsed) return;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*parsed);
    out_.message(number, [&] {
      out_.varint(1, static_cast<std::uint64_t>(seconds.time_since_epoch().count()));
      out_.varint(2, static_cast<std::uint64_t>((*parsed - seconds).count()));
    });
  }

  void map(const json::Object& object, int number) {
    std::vector<const json::Member*> members;
    for (const json::Member& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    for (const json::Member* member : members) pair(*member, {{}, number});
  }

  void zero(const ProtoField& to) {
    switch (to.form) {
      case ProtoForm::kFlag:
      case ProtoForm::kCount:
        out_.varint(to.number, 0);
        break;
      case ProtoForm::kMessage:
        out_.message(to.number, [&] { whole(json::Value(), *to.message); });
        break;
      default:
        out_.bytes(to.number, "");
    }
  }

  util::ProtoWriter out_;
};

}  // namespace

std::string to_proto(const json::Value& value, const ProtoMessage& message) {
  Encoder encoder;
  encoder.whole(value, message);
  return encoder.take();
}

}  // namespace annex::meta
