// Item: one state of one object as bytes and what selectors need, shared by all who send it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annex/storage/store.h"
#include "annex/util/bytes.h"

namespace annex::registry {

/// Names one object of a resource.
struct ObjectKey {
  std::string name_space{};
  std::string name{};

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

/// Splits an object's compact text (kind, apiVersion and metadata first, no resourceVersion). Empty
/// parts if the text is none such.
Frame split_frame(const util::Bytes& object);

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Immutable; any thread.
struct Item {
  std::string key{};  ///< relative to the resource: "ns/name" or "name"
  ObjectKey object{};
  storage::Revision revision{};
  bool stored = true;     ///< false for what a dry run made: nothing about it may be kept
  util::Bytes text{};     ///< the object in `version`, without resourceVersion
  std::string version{};  ///< the version's name of `text`
  Frame frame{};          ///< of `text`
  Pairs labels{};
  Pairs fields{};  ///< the values of all selectable fields, metadata.name and namespace included
};

using ItemPtr = std::shared_ptr<const Item>;

}  // namespace annex::registry
