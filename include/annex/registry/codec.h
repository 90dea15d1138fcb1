// Codec: between an object's stored bytes, its forms in each version and its hub form.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "annex/json/value.h"
#include "annex/registry/item.h"
#include "annex/registry/resource.h"
#include "annex/schema/normalize.h"
#include "annex/util/mutex.h"
#include "annex/util/result.h"

namespace annex::registry {

/// An object on its way into the store.
struct Draft {
  std::shared_ptr<Item> item{};  ///< all of it but the revision
  /// False: who reads its text sees something else, such as a default that a hook took away.
  bool settled = true;
};

/// Encodes and decodes one resource. Any thread.
class Codec {
 public:
  /// Of this resource, which outlives it.
  explicit Codec(const Resource& resource) : resource_(resource) {}

  /// The one that it was made for.
  const Resource& resource() const { return resource_; }

  /// The hub form of a document of `version` (kind and apiVersion are dropped): normalised,
  /// defaulted, converted. BadRequest for what does not decode.
  Result<json::Value> decode(const Version& version, json::Value document,
                             schema::NormalizeReport& report) const;
  /// The document of `version` with kind and apiVersion, without resourceVersion.
  Result<json::Value> to_version(const Version& version, json::Value hub) const;
  /// As `to_version`, without kind and apiVersion, members in the order of the type; there is
  /// `metadata`.
  Result<json::Value> bare(const Version& version, json::Value hub) const;
  /// An item of stored bytes. Internal error for what cannot be read.
  Result<ItemPtr> make_item(const std::string& key, storage::Revision revision,
                            const util::Bytes& stored) const;
  /// The item of a hub object that is about to be stored; counted as an encoding.
  Result<Draft> make_draft(const std::string& key, json::Value hub) const;
  /// An item of a hub object that is not stored (a dry run), with its text in `version`: another
  /// version's might not hold all that it says.
  Result<ItemPtr> make_item(const std::string& key, storage::Revision revision,
                            const json::Value& hub, const Version& version) const;
  /// The hub form with resourceVersion.
  Result<json::Value> hub(const Item& item) const;
  /// The item's parts in `version`: its own, or made once and kept in a bounded cache.
  Result<Frame> frame(const Item& item, const Version& version) const;

  /// How often an object was turned into text.
  std::uint64_t encodings() const { return encodings_.load(std::memory_order_relaxed); }

 private:
  /// The document, which is in normal form, in the hub's form.
  Result<json::Value> to_hub(const Version& version, json::Value document) const;
  /// The compact text of `to_version`; counted as an encoding.
  Result<FramedText> encode(const Version& version, const json::Value& hub) const;
  /// The text of a bare document, as that of `to_version` would be; counted as an encoding.
  FramedText write_counted(const Version& version, const json::Value& document) const;
  static std::shared_ptr<Item> item_of(const std::string& key, FramedText framed,
                                       const Version& version);
  void fill_selectable(Item& item, const json::Value& hub) const;

  struct Kept {
    std::string id;
    Frame frame;
    std::size_t bytes;
  };

  const Resource& resource_;
  mutable std::atomic<std::uint64_t> encodings_{0};
  mutable util::Mutex mutex_;
  mutable std::list<Kept> kept_ ANNEX_GUARDED_BY(mutex_);  ///< most recently used first
  mutable std::unordered_map<std::string, std::list<Kept>::iterator> index_
      ANNEX_GUARDED_BY(mutex_);
  mutable std::size_t kept_bytes_ ANNEX_GUARDED_BY(mutex_) = 0;
};

}  // namespace annex::registry
