// What resources are made of that are kept in no store: virtual ones, and imperative ones.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "annex/registry/virtual_source.h"
#include "annex/server/adapt_hooks.h"
#include "annex/server/client.h"
#include "annex/server/hooks.h"

namespace annex {

/// Tells a virtual resource of its objects' changes as they happen. Copies are the same feed; any
/// thread. Does nothing while no server runs that has it: that begins with a list.
template <typename T>
class ChangeFeed {
 public:
  /// The object is new, or is so now.
  void put(const T& object) const { feed_->put(schema::encode(object)); }
  /// There is no such object any more.
  void remove(const ObjectName& object) const { feed_->remove({object.name_space, object.name}); }
  /// Changes may have been lost: everything is listed again.
  void reset() const { feed_->reset(); }

  /// The same feed for objects in their JSON form.
  const std::shared_ptr<registry::ChangeFeed>& shared() const { return feed_; }

 private:
  std::shared_ptr<registry::ChangeFeed> feed_ = std::make_shared<registry::ChangeFeed>();
};

/// Where a virtual resource has its objects from. Each has a name, and a namespace if the resource
/// has them; `T` is its hub struct. The functions are called from many threads, but never two lists
/// at once, and may block. annex makes of them whatever the API has: selectors, pages, tables,
/// resourceVersions and watches.
template <typename T>
struct Virtual {
  /// All objects of all namespaces. Required. Called for every read of the newest state (reads at
  /// the same time share a call) and, while somebody watches, each `interval`.
  std::function<Result<std::vector<T>>()> list{};
  /// One object, or nothing. Without it, it is found among all.
  std::function<Result<std::optional<T>>(const ObjectName&)> get{};
  /// With a feed, `list` is called once, and again after a reset; `get` and `interval` are not
  /// used.
  std::optional<ChangeFeed<T>> feed{};
  util::Duration interval = std::chrono::seconds(1);  ///< between two lists while somebody watches
};

namespace detail {

template <typename T>
std::shared_ptr<const registry::VirtualSource> adapt_source(Virtual<T> given) {
  auto source = std::make_shared<registry::VirtualSource>();
  if (given.list) {
    source->list = [list = std::move(given.list)]() -> Result<std::vector<json::Value>> {
      const Result<std::vector<T>> objects = list();
      if (!objects) return objects.error();
      std::vector<json::Value> encoded;
      encoded.reserve(objects->size());
      for (const T& object : *objects) encoded.push_back(schema::encode(object));
      return encoded;
    };
  }
  if (given.get) {
    source->get = [get = std::move(given.get)](
                      const registry::ObjectKey& key) -> Result<std::optional<json::Value>> {
      const Result<std::optional<T>> object = get({key.name_space, key.name});
      if (!object) return object.error();
      if (!*object) return std::optional<json::Value>();
      return std::optional<json::Value>(schema::encode(**object));
    };
  }
  if (given.feed) source->feed = given.feed->shared();
  source->interval = given.interval;
  return source;
}

/// The function of an imperative resource: `T answer(const T& question)`, or with a
/// `const HookContext&` first, or giving a Result<T>.
template <typename T, typename Answer>
std::function<Result<json::Value>(const HookContext&, json::Value)> adapt_answer(Answer answer) {
  constexpr bool kWithContext =
      std::is_invocable_r_v<Result<T>, Answer&, const HookContext&, const T&>;
  static_assert(
      kWithContext || std::is_invocable_r_v<Result<T>, Answer&, const T&>,
      "the answer is T answer(const T& question) or T answer(const HookContext&, const T& "
      "question); it may return a Result<T>");
  auto shared = std::make_shared<Answer>(std::move(answer));
  return [shared](const HookContext& context, json::Value question) -> Result<json::Value> {
    const T asked = to_struct<T>(question);
    const auto given = [&]() -> Result<T> {
      if constexpr (kWithContext) {
        return (*shared)(context, asked);
      } else {
        return (*shared)(asked);
      }
    }();
    if (!given) return given.error();
    return schema::encode(*given);
  };
}

}  // namespace detail
}  // namespace annex
