#include "registry/virtual_backend.h"

#include <algorithm>

#include "registry/object.h"

namespace annex::registry {
namespace {

/// States shown in pages are kept so long, as stores keep old revisions, and so many of them.
constexpr std::chrono::minutes kSnapshotAge{5};
constexpr std::size_t kMaxSnapshots = 16;

ObjectKey key_of(const json::Value& object) {
  return {meta_text(object, "namespace"), meta_text(object, "name")};
}

Error expired() {
  Error error;
  error.reason = Reason::kExpired;
  error.message = "The resourceVersion for the provided list is too old.";
  return error;
}

bool is_below(const std::string& key, const std::string& prefix) {
  return key.compare(0, prefix.size(), prefix) == 0;
}

/// A page of `items`, which are in the order of their keys.
ListResult page_of(const std::vector<ItemPtr>& items, const ListQuery& query, std::size_t limit) {
  ListResult result;
  std::size_t seen = 0;
  std::vector<ItemPtr> wanted;
  for (const ItemPtr& item : items) {
    if (is_below(item->key, query.prefix) && item->key > query.after) wanted.push_back(item);
  }
  for (const ItemPtr& item : wanted) {
    if (limit != 0 && result.items.size() == limit) break;
    ++seen;
    if (!query.matches || query.matches(*item)) result.items.push_back(item);
  }
  result.remaining = wanted.size() - seen;
  result.more = result.remaining > 0;
  return result;
}

}  // namespace

VirtualBackend::VirtualBackend(const Resource& resource, const util::Clock& clock,
                               util::Logger& logger, const BackendOptions& options)
    : resource_(resource),
      source_(*resource.source),
      clock_(clock),
      logger_(logger),
      codec_(resource),
      cache_(std::make_shared<WatchCache>(options.cache, clock)) {}

VirtualBackend::~VirtualBackend() { stop(); }

void VirtualBackend::start() {
  if (source_.feed) source_.feed->connect(this);
}

void VirtualBackend::stop() {
  if (source_.feed) source_.feed->connect(nullptr);
  cache_->stop();
}

storage::Revision VirtualBackend::next_revision() {
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.wall_now().time_since_epoch());
  last_ =
      std::max(last_ + 1, static_cast<storage::Revision>(std::max<std::int64_t>(now.count(), 1)));
  return last_;
}

ItemPtr VirtualBackend::make_item(const json::Value& object, storage::Revision revision) const {
  const ObjectKey key = key_of(object);
  const bool is_named = !key.name.empty() && key.name_space.empty() != resource_.namespaced();
  Result<ItemPtr> item = Error::internal("it has no name, or no namespace, or one too many");
  if (is_named) {
    const Result<Draft> draft = codec_.make_draft(relative_key(key), object);
    if (!draft) {
      item = draft.error();
    } else if (draft->settled) {
      draft->item->revision = revision;
      item = ItemPtr(draft->item);
    } else {
      item = codec_.make_item(relative_key(key), revision, draft->item->text);
    }
  }
  if (item) return *item;
  logger_.error("object left out", {{"resource", resource_.group_resource()},
                                    {"name", key.name},
                                    {"err", item.error().message}});
  return nullptr;
}

void VirtualBackend::add_event(std::vector<CacheEventPtr>& events, storage::Revision first,
                               ItemPtr current, ItemPtr previous) {
  const storage::Revision own = events.empty() ? first : next_revision();
  if (current && current->revision != own) {
    auto moved = std::make_shared<Item>(*current);
    moved->revision = own;
    current = std::move(moved);
  }
  events.push_back(std::make_shared<const CacheEvent>(own, std::move(current), std::move(previous),
                                                      clock_.now()));
}

void VirtualBackend::take_list(const std::vector<json::Value>& objects,
                               storage::Revision revision) {
  ++changes_;
  // Single objects may have been asked for meanwhile: the cache takes only what is newer.
  if (cache_->revision() >= revision) revision = next_revision();
  std::map<std::string, ItemPtr> fresh;
  for (const json::Value& object : objects) {
    if (ItemPtr item = make_item(object, revision)) fresh[item->key] = std::move(item);
  }
  if (!std::exchange(is_known_, true) && cache_->revision() == 0) {
    std::vector<ItemPtr> items;
    items.reserve(fresh.size());
    for (auto& [key, item] : fresh) items.push_back(std::move(item));
    cache_->reset(revision, std::move(items));
    return;
  }
  std::vector<CacheEventPtr> events;
  for (const ItemPtr& known : cache_->list({}).items) {
    const auto found = fresh.find(known->key);
    if (found == fresh.end()) {
      add_event(events, revision, nullptr, known);
    } else {
      if (found->second->text.view() != known->text.view()) {
        add_event(events, revision, found->second, known);
      }
      fresh.erase(found);
    }
  }
  for (auto& [key, item] : fresh) add_event(events, revision, std::move(item), nullptr);
  cache_->append(std::move(events));
  cache_->progress(last_);
}

void VirtualBackend::take(FedChange change) {
  ++changes_;
  const ItemPtr known = cache_->get(relative_key(change.key));
  ItemPtr item;
  if (change.object) {
    item = make_item(*change.object, next_revision());
    if (!item || (known && known->text.view() == item->text.view())) return;
  } else {
    if (!known) return;
    next_revision();
  }
  cache_->append({std::make_shared<const CacheEvent>(last_, std::move(item), known, clock_.now())});
}

void VirtualBackend::hear(FedChange change) {
  const util::MutexLock lock(mutex_);
  if (is_listing_) {
    waiting_.push_back(std::move(change));
  } else if (is_known_) {
    take(std::move(change));
  }
}

void VirtualBackend::put(json::Value object) {
  const ObjectKey key = key_of(object);
  hear({key, std::move(object)});
}

void VirtualBackend::remove(const ObjectKey& key) { hear({key, std::nullopt}); }

void VirtualBackend::reset() {
  const util::MutexLock lock(mutex_);
  is_known_ = false;
  listed_at_ = clock_.now() - source_.interval;  // due at once
}

Result<void> VirtualBackend::refresh() {
  mutex_.lock();
  const std::uint64_t wanted = begun_ + 1;
  while (done_ < wanted && is_listing_) listed_.wait(mutex_);
  if (done_ >= wanted) {
    Result<void> outcome = outcome_;
    mutex_.unlock();
    return outcome;
  }
  is_listing_ = true;
  const std::uint64_t own = ++begun_;
  listed_at_ = clock_.now();
  const storage::Revision revision = next_revision();
  mutex_.unlock();

  Result<std::vector<json::Value>> objects = Error::internal("the source of this resource failed");
  try {
    objects = source_.list();
  } catch (const std::exception& error) {
    logger_.error("A source threw",
                  {{"resource", resource_.group_resource()}, {"err", error.what()}});
  }

  const util::MutexLock lock(mutex_);
  if (objects) take_list(*objects, revision);
  for (FedChange& change : std::exchange(waiting_, {})) {
    if (is_known_) take(std::move(change));
  }
  is_listing_ = false;
  done_ = own;
  outcome_ = objects ? Result<void>() : Result<void>(objects.error());
  listed_.notify_all();
  return outcome_;
}

bool VirtualBackend::is_fresh(const ReadAt& at) const {
  if (!is_known_ || at.kind == ReadAt::Kind::kExactly) return false;
  if (source_.feed) return true;
  // Any state, but none that nobody has looked after: without watchers nothing moves it on.
  return at.kind != ReadAt::Kind::kNewest && clock_.now() - listed_at_ < source_.interval;
}

Result<void> VirtualBackend::wait_until(const ReadAt& at) {
  {
    const util::MutexLock lock(mutex_);
    if (is_fresh(at) && cache_->revision() >= at.revision) return {};
  }
  if (Result<void> done = refresh(); !done) return done;
  const storage::Revision current = cache_->revision();
  if (at.kind == ReadAt::Kind::kNotOlderThan && current < at.revision) {
    return too_large_revision(at.revision, current, 1);
  }
  return {};
}

Result<ItemPtr> VirtualBackend::get_one(const ObjectKey& key) {
  std::uint64_t before = 0;
  {
    const util::MutexLock lock(mutex_);
    before = changes_;
  }
  Result<std::optional<json::Value>> object = Error::internal("the source of this resource failed");
  try {
    object = source_.get(key);
  } catch (const std::exception& error) {
    logger_.error("A source threw",
                  {{"resource", resource_.group_resource()}, {"err", error.what()}});
  }
  if (!object) return object.error();
  const util::MutexLock lock(mutex_);
  // What came meanwhile is newer.
  if (changes_ == before) {
    if (!is_known_) return *object ? make_item(**object, next_revision()) : ItemPtr();
    take({key, std::move(*object)});
  }
  return cache_->get(relative_key(key));
}

Result<ItemPtr> VirtualBackend::get(const ObjectKey& key, const ReadAt& at) {
  if (source_.get && !source_.feed && at.kind == ReadAt::Kind::kNewest) return get_one(key);
  if (const Result<void> done = wait_until(at); !done) return done.error();
  return cache_->get(relative_key(key));
}

Result<ListResult> VirtualBackend::list(const ListQuery& query) {
  if (query.at.kind == ReadAt::Kind::kExactly) return list_exactly(query);
  if (const Result<void> done = wait_until(query.at); !done) return done.error();
  const CacheState state = cache_->list({});
  const bool is_any = query.at.kind == ReadAt::Kind::kAny;
  ListResult result = page_of(state.items, query, is_any ? 0 : query.limit);
  result.revision = state.revision;
  if (result.more) remember(state.revision, state.items);
  return result;
}

void VirtualBackend::remember(storage::Revision revision, const std::vector<ItemPtr>& items) {
  const util::MutexLock lock(mutex_);
  const util::TimePoint now = clock_.now();
  std::erase_if(snapshots_,
                [&](const auto& each) { return now - each.second.taken > kSnapshotAge; });
  if (snapshots_.size() >= kMaxSnapshots) snapshots_.erase(snapshots_.begin());
  snapshots_.try_emplace(revision, Snapshot{items, now});
}

Result<ListResult> VirtualBackend::list_exactly(const ListQuery& query) {
  std::vector<ItemPtr> items;
  {
    const util::MutexLock lock(mutex_);
    const auto found = snapshots_.find(query.at.revision);
    if (found != snapshots_.end() && clock_.now() - found->second.taken <= kSnapshotAge) {
      items = found->second.items;
    } else {
      CacheState state = cache_->list({});
      if (!is_known_ || state.revision < query.at.revision) {
        return too_large_revision(query.at.revision, state.revision, 1);
      }
      if (state.revision != query.at.revision) return expired();
      items = std::move(state.items);
    }
  }
  ListResult result = page_of(items, query, query.limit);
  result.revision = query.at.revision;
  if (result.more) remember(query.at.revision, items);
  return result;
}

void VirtualBackend::commit(Change, std::function<void(Result<Committed>)> done) {
  done(Error::generic(Reason::kMethodNotAllowed,
                      "the server does not allow this method on the requested resource"));
}

std::optional<util::TimePoint> VirtualBackend::due() const {
  if (cache_->watchers() == 0) return std::nullopt;
  const util::MutexLock lock(mutex_);
  // Those who watch must be told what changed before the feed was reset, though nobody reads.
  if (source_.feed && is_known_) return std::nullopt;
  return listed_at_ + source_.interval;
}

void VirtualBackend::poll() {
  const std::optional<util::TimePoint> when = due();
  if (!when || clock_.now() < *when) return;
  if (const Result<void> done = refresh(); !done) {
    logger_.warning("a source cannot be listed",
                    {{"resource", resource_.group_resource()}, {"err", done.error().message}});
  }
}

}  // namespace annex::registry
