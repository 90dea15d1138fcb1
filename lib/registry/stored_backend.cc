#include "registry/stored_backend.h"

#include <algorithm>
#include <future>
#include <thread>
#include <unordered_map>

#include "registry/past.h"
#include "util/concat.h"

namespace annex::registry {
namespace {

/// Objects that are read at once when the cache is filled.
constexpr std::size_t kFillPage = 1000;
/// That make items of them: a start with many objects waits for little else.
constexpr unsigned kFillThreads = 4;

/// A damaged page has many objects; each of them is told to who asks for it.
constexpr std::size_t kLoggedAsUnreadable = 100;

Error expired_list() {
  Error error;
  error.reason = Reason::kExpired;
  error.message = "The resourceVersion for the provided list is too old.";
  return error;
}

}  // namespace

std::string relative_key(const ObjectKey& key) {
  return key.name_space.empty() ? key.name : util::concat({key.name_space, "/", key.name});
}

Error too_large_revision(storage::Revision asked, storage::Revision current, int retry_after) {
  Error error;
  error.reason = Reason::kTimeout;
  error.message = "Timeout: Too large resource version: " + std::to_string(asked) +
                  ", current: " + std::to_string(current);
  error.details.causes.push_back(
      {.reason = "ResourceVersionTooLarge", .message = "Too large resource version"});
  error.details.retry_after_seconds = retry_after;
  return error;
}

Error store_error(const storage::StoreError& error, const Resource& resource,
                  const std::string& verb) {
  using Code = storage::StoreError::Code;
  if (error.code == Code::kTooOld) return expired_list();
  if (error.code != Code::kUnavailable) return Error::internal(error.message);
  Error result;
  result.reason = Reason::kServerTimeout;
  result.message = "The " + verb + " operation against " + resource.group_resource() +
                   " could not be completed at this time, please try again.";
  result.details.name = verb;
  result.details.group = resource.group;
  result.details.kind = resource.plural;
  result.details.retry_after_seconds = 2;
  return result;
}

namespace {

/// What the store's answer says of a change. `awaited` is null where no item was made of it.
Result<Committed> outcome(storage::StoreResult<storage::Entry> result, AwaitedItem* awaited,
                          const Resource& resource, const char* verb) {
  using Code = storage::StoreError::Code;
  Committed committed;
  if (!result) {
    const storage::StoreError& error = result.error();
    committed.lost_race = error.code == Code::kExists || error.code == Code::kConflict ||
                          error.code == Code::kNotFound;
    if (!committed.lost_race) return store_error(error, resource, verb);
    return committed;
  }
  committed.revision = result->revision;
  if (awaited != nullptr) committed.item = awaited->at(result->revision);
  committed.text = std::move(result->value);
  return committed;
}

}  // namespace

std::string key_prefix(const Resource& resource, const std::string& prefix) {
  return prefix + (resource.group.empty() ? "core" : resource.group) + "/" + resource.plural + "/";
}

StoredBackend::StoredBackend(const Resource& resource, storage::Store& store,
                             const util::Clock& clock, util::Logger& logger,
                             const BackendOptions& options, StoreFollower follower)
    : resource_(resource),
      store_(store),
      clock_(clock),
      logger_(logger),
      options_(options),
      prefix_(key_prefix(resource, options.prefix)),
      follower_(std::move(follower)),
      codec_(resource),
      cache_(std::make_shared<WatchCache>(options.cache, clock)) {}

Result<void> StoredBackend::fill(storage::Revision revision) {
  awaited_->clear();
  forget_what_cannot_be_read();
  storage::ListOptions options;
  options.at = revision;
  options.limit = kFillPage;
  std::vector<ItemPtr> items;
  for (bool more = true; more;) {
    auto page = store_.list(prefix_, options);
    if (!page) return store_error(page.error(), resource_, "list");
    for (const storage::DamagedEntry& entry : page->damaged) {
      leave_out(entry.key.substr(prefix_.size()), Error::internal(entry.message));
    }
    std::vector<Result<ItemPtr>> made = make_items(page->entries);
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (made[i]) {
        items.push_back(std::move(*made[i]));
      } else {
        leave_out(page->entries[i].key.substr(prefix_.size()), made[i].error());
      }
    }
    more = page->more && !page->entries.empty();
    if (more) options.after = page->entries.back().key;
  }
  cache_->reset(revision, std::move(items));
  return {};
}

std::vector<Result<ItemPtr>> StoredBackend::make_items(
    std::span<const storage::Entry> entries) const {
  std::vector<Result<ItemPtr>> items(entries.size(), ItemPtr());
  const auto make = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const storage::Entry& entry = entries[i];
      items[i] = codec_.make_item(entry.key.substr(prefix_.size()), entry.revision, entry.value);
    }
  };
  const std::size_t threads =
      entries.size() < kFillPage
          ? 1
          : std::clamp(std::thread::hardware_concurrency(), 1U, kFillThreads);
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < threads; ++i) {
    others.push_back(
        std::async(make, entries.size() * i / threads, entries.size() * (i + 1) / threads));
  }
  make(0, entries.size() / threads);
  for (std::future<void>& other : others) other.get();
  return items;
}

void StoredBackend::leave_out(const std::string& key, const Error& why) {
  util::MutexLock lock(unreadable_mutex_);
  const bool is_new = unreadable_.insert_or_assign(key, why).second;
  ++found_unreadable_;
  if (is_new && unreadable_.size() > kLoggedAsUnreadable) return;
  logger_.error("object left out", {{"key", prefix_ + key}, {"err", why.message}});
}

void StoredBackend::forget_what_cannot_be_read() {
  util::MutexLock lock(unreadable_mutex_);
  unreadable_.clear();
  too_far_back_ = 0;
}

Unreadable StoredBackend::unreadable() const {
  util::MutexLock lock(unreadable_mutex_);
  return {unreadable_.size(), found_unreadable_};
}

std::optional<Error> StoredBackend::why_unreadable(const std::string& key) const {
  util::MutexLock lock(unreadable_mutex_);
  const auto found = unreadable_.find(key);
  if (found == unreadable_.end()) return std::nullopt;
  return found->second;
}

CacheEventPtr StoredBackend::make_event(const storage::Event& event, ItemPtr previous) {
  const std::string key = event.key.substr(prefix_.size());
  {
    util::MutexLock lock(unreadable_mutex_);
    unreadable_.erase(key);
  }
  ItemPtr current;
  if (event.type == storage::Event::Type::kPut) {
    current = awaited_->take(key, event.value, event.revision);
    if (!current) {
      auto item = codec_.make_item(key, event.revision, event.value);
      if (item) {
        current = std::move(*item);
      } else {
        leave_out(key, item.error());
      }
    }
  }
  if (!current && !previous) return nullptr;
  return std::make_shared<const CacheEvent>(event.revision, std::move(current), std::move(previous),
                                            clock_.now());
}

ItemPtr StoredBackend::past_item(const std::string& key, storage::Revision revision,
                                 const util::Bytes& value) const {
  ItemPtr held = cache_->get(key);
  if (held && held->revision == revision) return held;
  auto made = codec_.make_item(key, revision, value);
  return made ? std::move(*made) : nullptr;
}

void StoredBackend::reach_back(storage::Revision after) {
  {
    util::MutexLock unreadable(unreadable_mutex_);
    if (after <= too_far_back_) return;
  }
  util::MutexLock lock(past_mutex_);
  storage::Revision oldest = 0;
  // The ring may lose its first changes meanwhile; then what they were is read as well.
  for (int attempt = 0; attempt < 3 && !cache_->begin_after(after, &oldest); ++attempt) {
    const PastSpan span{after, oldest, cache_->room()};
    auto past = read_past(store_, prefix_, span, options_.wait);
    if (!past) {
      if (past.error().code == storage::StoreError::Code::kTooOld) {
        util::MutexLock unreadable(unreadable_mutex_);
        too_far_back_ = std::max(too_far_back_, after);
      }
      logger_.info("a watch cannot begin so far back",
                   {{"resource", resource_.group_resource()}, {"err", past.error().message}});
      return;
    }
    std::unordered_map<std::string, ItemPtr> newest;
    std::vector<CacheEventPtr> events;
    for (const storage::Event& event : *past) {
      const std::string key = event.key.substr(prefix_.size());
      const auto known = newest.find(key);
      ItemPtr previous;
      if (known != newest.end()) {
        previous = known->second;
      } else if (event.previous_revision != 0) {
        previous = past_item(key, event.previous_revision, event.previous);
      }
      ItemPtr current;
      if (event.type == storage::Event::Type::kPut) {
        current = past_item(key, event.revision, event.value);
      }
      newest[key] = current;
      if (!current && !previous) continue;
      events.push_back(std::make_shared<const CacheEvent>(event.revision, std::move(current),
                                                          std::move(previous), clock_.now()));
    }
    cache_->extend_back(after, oldest, std::move(events));
  }
}

Result<void> StoredBackend::wait_until(const ReadAt& at) {
  const bool at_hand = at.kind == ReadAt::Kind::kAny || (at.kind == ReadAt::Kind::kNotOlderThan &&
                                                         at.revision <= cache_->revision());
  // What may be old is shown though the store is lost.
  if (auto done = follower_.mend(); !done && !at_hand) return done;
  if (at_hand) return {};
  storage::Revision wanted = 0;
  if (at.kind == ReadAt::Kind::kNewest) {
    auto current = store_.current_revision();
    if (!current) return store_error(current.error(), resource_, "get");
    wanted = *current;
  } else if (at.kind == ReadAt::Kind::kNotOlderThan) {
    wanted = at.revision;
  }
  // Where others write, the revision moves on without an event of ours.
  if (!store_.is_exclusive() && cache_->revision() < wanted) follower_.ask_progress();
  if (cache_->wait_for(wanted, options_.wait)) return {};
  return too_large_revision(wanted, cache_->revision(), 1);
}

Result<ItemPtr> StoredBackend::get(const ObjectKey& key, const ReadAt& at) {
  if (at.kind == ReadAt::Kind::kExactly) {
    auto entry = store_.get(prefix_ + relative_key(key), at.revision);
    if (!entry && entry.error().code == storage::StoreError::Code::kNotFound) return ItemPtr();
    if (!entry) return store_error(entry.error(), resource_, "get");
    return codec_.make_item(relative_key(key), entry->revision, entry->value);
  }
  if (auto done = wait_until(at); !done) return std::move(done).error();
  ItemPtr item = cache_->get(relative_key(key));
  if (item) return item;
  if (auto why = why_unreadable(relative_key(key))) return std::move(*why);
  return item;
}

Result<ListResult> StoredBackend::list_exactly(const ListQuery& query) {
  storage::ListOptions options;
  options.at = query.at.revision;
  options.limit = query.limit;
  if (!query.after.empty()) options.after = prefix_ + query.after;
  ListResult result;
  result.revision = query.at.revision;
  do {
    auto page = store_.list(prefix_ + query.prefix, options);
    if (!page && page.error().code == storage::StoreError::Code::kFuture) {
      auto current = store_.current_revision();
      return too_large_revision(query.at.revision, current ? *current : 0, 1);
    }
    if (!page) return store_error(page.error(), resource_, "list");
    if (auto done = take_page(query, *page, result); !done) return std::move(done).error();
    if (!page->entries.empty()) options.after = page->entries.back().key;
  } while (result.more && result.items.size() < query.limit);
  return result;
}

Result<void> StoredBackend::take_page(const ListQuery& query, const storage::ListPage& page,
                                      ListResult& result) const {
  std::size_t seen = 0;
  for (const storage::Entry& entry : page.entries) {
    if (query.limit != 0 && result.items.size() == query.limit) break;
    ++seen;
    const std::string key = entry.key.substr(prefix_.size());
    // The cache's item of the same revision has everything made already.
    ItemPtr item = cache_->get(key);
    if (!item || item->revision != entry.revision) {
      auto made = codec_.make_item(key, entry.revision, entry.value);
      // Told when the cache met it.
      if (!made) continue;
      item = std::move(*made);
    }
    if (!query.matches || query.matches(*item)) result.items.push_back(std::move(item));
  }
  result.remaining = page.entries.size() - seen + (page.more ? page.remaining : 0);
  result.more = result.remaining > 0 || page.more;
  return {};
}

std::optional<ListResult> StoredBackend::list_known(const ListQuery& query) const {
  const auto is_asked = [&at = query.at](storage::Revision changed, storage::Revision newest) {
    return at.kind != ReadAt::Kind::kExactly || (changed <= at.revision && at.revision <= newest);
  };
  // Any state is one that is at hand, and upstream's cache gives it whole.
  const std::size_t limit = query.at.kind == ReadAt::Kind::kAny ? 0 : query.limit;
  ListResult result;
  if (limit != 0 && !query.matches) {
    CachePage page = cache_->page(query.prefix, query.after, limit);
    if (!is_asked(page.changed, page.revision)) return std::nullopt;
    result.revision = page.revision;
    result.items = std::move(page.items);
    result.remaining = page.more;
  } else {
    const WatchCache::View view(*cache_, query.prefix, query.after);
    if (!is_asked(view.changed(), view.revision())) return std::nullopt;
    result.revision = view.revision();
    result.remaining = view.size();
    if (!query.matches) result.items.reserve(view.size());
    view.visit([&](const ItemPtr& item) {
      if (limit != 0 && result.items.size() == limit) return false;
      --result.remaining;
      if (!query.matches || query.matches(*item)) result.items.push_back(item);
      return true;
    });
  }
  result.more = result.remaining > 0;
  if (query.at.kind == ReadAt::Kind::kExactly) result.revision = query.at.revision;
  return result;
}

Result<ListResult> StoredBackend::list(const ListQuery& query) {
  if (query.at.kind == ReadAt::Kind::kExactly) {
    // Most often nothing has changed since the page before.
    std::optional<ListResult> known;
    if (follower_.mend()) known = list_known(query);
    return known ? std::move(*known) : list_exactly(query);
  }
  if (auto done = wait_until(query.at); !done) return std::move(done).error();
  return *list_known(query);
}

void StoredBackend::commit(Change change, std::function<void(Result<Committed>)> done) {
  const std::string key = relative_key(change.key);
  storage::Commit commit;
  commit.key = util::concat({prefix_, key});
  if (change.draft) commit.value = change.draft->item->text;
  commit.guard =
      change.expected == 0 ? storage::Guard::absent() : storage::Guard::at(change.expected);
  commit.among_many = change.among_many;
  std::shared_ptr<AwaitedItem> awaited;
  if (change.draft && change.draft->settled) awaited = awaited_->add(change.draft->item);
  const char* verb = change.draft ? "update" : "delete";
  store_.commit(std::move(commit),
                [&resource = resource_, verb, awaited, all = awaited_,
                 done = std::move(done)](storage::StoreResult<storage::Entry> result) {
                  if (!result && awaited) all->drop(awaited);
                  done(outcome(std::move(result), awaited.get(), resource, verb));
                });
}

}  // namespace annex::registry
