// Item: one state of one object as bytes and what selectors need, shared by all who send it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "annex/json/value.h"
#include "annex/storage/store.h"
#include "annex/util/bytes.h"

namespace annex::registry {

/// Names one object of a resource.
struct ObjectKey {
  std::string name_space{};  ///< empty: none
  std::string name{};        ///< never empty

  bool operator==(const ObjectKey&) const = default;
};

/// The parts of an object's JSON text. Joined with a resourceVersion between `meta_before` and
/// `meta_after` they are the object; other heads make list items, tables and partial metadata of
/// the same bytes.
struct Frame {
  util::Bytes head{};         ///< `"kind":"Flunder","apiVersion":"g/v1",`
  util::Bytes meta_before{};  ///< `"metadata":{"name":"x","uid":"u"`
  util::Bytes meta_after{};   ///< `,"labels":{}}`
  util::Bytes rest{};         ///< `,"spec":{}}`: the object's end included

  /// Appends the object, braces included, with or without its head.
  void append_object(storage::Revision revision, bool with_head, util::Chunks& out) const;
  /// Appends the object's metadata as a PartialObjectMetadata of `api_version`.
  void append_partial(storage::Revision revision, const std::string& api_version,
                      util::Chunks& out) const;
};

/// Where a frame's parts end in the text, all 0 if it has none. Kept instead of the parts: a cache
/// has as many of these as objects.
struct FrameCuts {
  std::uint32_t head{};         ///< of the kind and apiVersion
  std::uint32_t meta_before{};  ///< of the metadata before resourceVersion
  std::uint32_t meta_after{};   ///< of the metadata after it

  bool operator==(const FrameCuts&) const = default;
};
/// Of an object's compact text: kind, apiVersion and metadata first, no resourceVersion. All 0 if
/// the text is none such.
FrameCuts find_frame(std::string_view object);

/// Such a text, and its cuts.
struct FramedText {
  util::Bytes text{};  ///< of an object
  FrameCuts cuts{};    ///< of `text`

  /// The parts, sharing its bytes. Empty ones if there are no cuts.
  Frame frame() const;
};
/// Writes a document that has neither kind nor apiVersion. Requires: `metadata` is an object in it,
/// without resourceVersion.
FramedText write_framed(std::string_view kind, std::string_view api_version,
                        const json::Value& document);

/// Names and their values in one piece of memory. A value.
class PackedPairs {
 public:
  /// After those that are there.
  void add(std::string_view name, std::string_view value);
  /// The value; the view lives until the pairs change.
  std::optional<std::string_view> find(std::string_view name) const;
  /// True if there are none.
  bool empty() const { return bytes_.empty(); }

  bool operator==(const PackedPairs&) const = default;

 private:
  std::string bytes_;  // each text behind its length
};

/// Immutable; any thread. Small: the watch cache has one for each object.
struct Item {
  std::string key{};             ///< relative to the resource: "ns/name" or "name"
  storage::Revision revision{};  ///< of the last change
  bool stored = true;            ///< false for what a dry run made: nothing about it may be kept
  FrameCuts cuts{};              ///< of `text`
  util::Bytes text{};            ///< the object in `version`, without resourceVersion
  /// The version's name of `text`, as the resource has it, which outlives this.
  std::string_view version{};
  PackedPairs labels{};  ///< of the metadata
  PackedPairs fields{};  ///< the resource's own selectable fields

  /// Each is a part of the key. The namespace is empty if the resource has none.
  std::string_view name() const;
  std::string_view name_space() const;
  /// The value of any selectable field, metadata.name and metadata.namespace included; else empty.
  std::string_view field(std::string_view path) const;
  /// The parts of `text`, sharing its bytes.
  Frame frame() const;
};

using ItemPtr = std::shared_ptr<const Item>;

}  // namespace annex::registry
