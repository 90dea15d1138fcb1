// Kubernetes' protobuf form of meta kinds: an envelope that begins with "k8s" and a zero byte
// (apimachinery pkg/runtime/serializer/protobuf). Users' kinds do not have it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "annex/json/value.h"
#include "annex/util/result.h"

namespace annex::meta {

struct ProtoField;

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

/// An object with its kind and apiVersion, in its envelope; nothing if the kind has no such form.
std::optional<std::string> to_protobuf(const json::Value& object);

/// A list in its envelope, whose elements are written one by one. A value, not synchronised.
class ProtobufList {
 public:
  /// `empty` is the list without elements, with its kind and apiVersion. Nothing if it has no such
  /// form, or no elements.
  static std::optional<ProtobufList> of(const json::Value& empty);

  /// The list up to its first element, if all elements as they stand in it are `size` bytes.
  std::string begin(std::size_t size) const;
  /// An element as it stands in the list.
  std::string element(const json::Value& object) const;
  /// What is behind the last element.
  std::string end() const;

 private:
  ProtobufList(std::string type, std::string head, const ProtoField& elements)
      : type_(std::move(type)), head_(std::move(head)), elements_(&elements) {}

  std::string type_;
  std::string head_;
  const ProtoField* elements_;
};

/// One event of a watch, behind its length in four bytes; nothing as above.
std::optional<std::string> to_protobuf_event(std::string_view type, const json::Value& object);

/// The options of a deletion, kind and apiVersion included. BadRequest; the text may be anything.
Result<json::Value> delete_options_from_protobuf(std::string_view text);

}  // namespace annex::meta
