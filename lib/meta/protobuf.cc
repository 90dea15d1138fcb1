#include "meta/protobuf.h"

#include "meta/proto_kinds.h"
#include "util/proto_reader.h"
#include "util/proto_writer.h"

namespace annex::meta {
namespace {

constexpr std::string_view kMagic("k8s\0", 4);
// Of runtime.Unknown.
constexpr int kTypeMeta = 1;
constexpr int kRaw = 2;
constexpr int kContentEncoding = 3;
constexpr int kContentType = 4;

Error broken(const std::string& what) {
  return Error::bad_request("the options cannot be read: " + what);
}

/// The envelope up to its content, of `size` bytes.
std::string envelope_begin(std::string_view type, std::size_t size) {
  util::ProtoWriter envelope;
  envelope.bytes(kTypeMeta, type);
  envelope.begin_bytes(kRaw, size);
  return std::string(kMagic) + envelope.text();
}

std::string envelope_end() {
  util::ProtoWriter envelope;
  envelope.bytes(kContentEncoding, "");
  envelope.bytes(kContentType, "");
  return envelope.take();
}

const ProtoMessage* message_of(const json::Value& object) {
  return proto_kind(object.at_string({"apiVersion"}), object.at_string({"kind"}));
}

}  // namespace

std::optional<std::string> to_protobuf(const json::Value& object) {
  const ProtoMessage* message = message_of(object);
  if (message == nullptr) return std::nullopt;
  const std::string content = to_proto(object, *message);
  return envelope_begin(to_proto(object, kProtoTypeMeta), content.size()) + content +
         envelope_end();
}

std::optional<ProtobufList> ProtobufList::of(const json::Value& empty) {
  const ProtoMessage* message = message_of(empty);
  if (message == nullptr || message->fields.empty()) return std::nullopt;
  // Those with the greatest number, so that all else goes before them.
  const ProtoField& elements = message->fields.back();
  if (elements.count != ProtoCount::kRepeated || elements.form != ProtoForm::kMessage) {
    return std::nullopt;
  }
  return ProtobufList(to_proto(empty, kProtoTypeMeta), to_proto(empty, *message), elements);
}

std::string ProtobufList::begin(std::size_t size) const {
  return envelope_begin(type_, head_.size() + size) + head_;
}

std::string ProtobufList::element(const json::Value& object) const {
  util::ProtoWriter list;
  list.bytes(elements_->number, to_proto(object, *elements_->message));
  return list.take();
}

std::string ProtobufList::end() const { return envelope_end(); }

std::optional<std::string> to_protobuf_event(std::string_view type, const json::Value& object) {
  const std::optional<std::string> encoded = to_protobuf(object);
  if (!encoded) return std::nullopt;
  util::ProtoWriter event;  // metav1.WatchEvent
  event.bytes(1, type);
  event.message(2, [&] { event.bytes(1, *encoded); });  // runtime.RawExtension
  const std::size_t size = event.text().size();
  std::string frame;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    frame.push_back(static_cast<char>((size >> shift) & 0xffU));
  }
  return frame + event.text();
}

Result<json::Value> delete_options_from_protobuf(std::string_view text) {
  if (!text.starts_with(kMagic)) {
    return broken(
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  json::Value type{json::Object()};
  std::string_view raw;
  util::ProtoReader reader(text.substr(kMagic.size()));
  while (const auto field = reader.next()) {
    const bool is_bytes = field->wire == util::ProtoReader::Wire::kBytes;
    if (field->number == kTypeMeta && is_bytes) {
      Result<json::Value> read = from_proto(field->bytes, kProtoTypeMeta);
      if (!read) return read;
      type = std::move(*read);
    } else if (field->number == kRaw && is_bytes) {
      raw = field->bytes;
    } else if (field->number == kContentEncoding && is_bytes && !field->bytes.empty()) {
      return broken("encoded content is not understood");
    }
  }
  if (reader.broken()) return broken("unexpected EOF");
  Result<json::Value> options = from_proto(raw, kProtoDeleteOptions);
  if (!options) return options;
  for (json::Member& member : type.as_object()) {
    options->as_object().set(member.name, std::move(member.value));
  }
  return options;
}

}  // namespace annex::meta
