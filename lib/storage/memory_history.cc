#include "memory_history.h"

#include <algorithm>

namespace annex::storage {
namespace {

using Code = StoreError::Code;

StoreError fail(Code code, std::string message) { return {code, std::move(message), {}}; }

}  // namespace

void MemoryHistory::Versions::drop_before(Revision revision) {
  while (first_ < all_.size() && all_[first_].revision < revision) {
    all_[first_++].value.reset();
  }
  if (first_ > all_.size() / 2) {
    all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

const MemoryHistory::Version* MemoryHistory::version_at(const Versions& versions, Revision at) {
  const auto after =
      std::upper_bound(versions.begin(), versions.end(), at,
                       [](Revision revision, const Version& v) { return revision < v.revision; });
  if (after == versions.begin()) return nullptr;
  const Version* version = after - 1;
  return version->value ? version : nullptr;
}

StoreResult<Revision> MemoryHistory::readable(std::optional<Revision> at) const {
  if (!at) return current_;
  if (*at > current_) {
    return fail(Code::kFuture, "revision " + std::to_string(*at) + " is after the newest, " +
                                   std::to_string(current_));
  }
  if (*at < compacted_) {
    return fail(Code::kTooOld, "revision " + std::to_string(*at) + " is compacted; the oldest is " +
                                   std::to_string(compacted_));
  }
  return *at;
}

StoreResult<Entry> MemoryHistory::get(const std::string& key, std::optional<Revision> at) const {
  auto revision = readable(at);
  if (!revision) return std::move(revision).error();
  const auto found = keys_.find(key);
  const Version* version = found == keys_.end() ? nullptr : version_at(found->second, *revision);
  if (version == nullptr) return fail(Code::kNotFound, "no key " + key);
  return Entry{key, *version->value, version->create_revision, version->revision};
}

StoreResult<ListPage> MemoryHistory::list(const std::string& prefix,
                                          const ListOptions& options) const {
  auto revision = readable(options.at);
  if (!revision) return std::move(revision).error();
  ListPage page;
  page.revision = *revision;
  auto at = options.after >= prefix && !options.after.empty() ? keys_.upper_bound(options.after)
                                                              : keys_.lower_bound(prefix);
  for (; at != keys_.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at) {
    const Version* version = version_at(at->second, *revision);
    if (version == nullptr) continue;
    if (options.limit > 0 && page.entries.size() == options.limit) {
      page.more = true;
      ++page.remaining;
      continue;
    }
    page.entries.push_back(
        {at->first, *version->value, version->create_revision, version->revision});
  }
  return page;
}

StoreResult<Event> MemoryHistory::commit(const Commit& commit, util::TimePoint now) {
  expire(now);
  const auto found = keys_.find(commit.key);
  const Version* live = nullptr;
  if (found != keys_.end() && found->second.back().value) live = &found->second.back();

  auto refuse = [&](StoreError error) {
    if (live != nullptr) {
      error.current = Entry{commit.key, *live->value, live->create_revision, live->revision};
    }
    return error;
  };
  if (auto refused = refusal(commit, live == nullptr ? 0 : live->revision)) {
    return refuse(std::move(*refused));
  }

  const std::size_t old_size = live == nullptr ? 0 : live->value->size();
  const std::size_t new_size = commit.value ? commit.value->size() : 0;
  if (commit.value && live_bytes_ - old_size + new_size > options_.total_bytes) {
    return refuse(fail(Code::kFull, "the store holds its limit of " +
                                        std::to_string(options_.total_bytes) + " bytes"));
  }

  Event event;
  event.key = commit.key;
  event.revision = ++current_;
  if (live != nullptr) {
    event.previous = *live->value;
    event.previous_revision = live->revision;
  }
  event.create_revision = live != nullptr ? live->create_revision : event.revision;
  if (commit.value) {
    event.value = *commit.value;
  } else {
    event.type = Event::Type::kDelete;
  }
  keys_[commit.key].push_back({event.revision, event.create_revision, commit.value});
  live_bytes_ += new_size;
  live_bytes_ -= old_size;
  history_bytes_ += cost(event);
  changes_.push_back({event, now});
  if (commit.value && commit.ttl) {
    ends_.emplace(now + *commit.ttl, std::make_pair(commit.key, event.revision));
  }
  expire(now);
  return event;
}

StoreResult<std::vector<Event>> MemoryHistory::changes(const std::string& prefix,
                                                       Revision after) const {
  auto revision = readable(after);
  if (!revision) return std::move(revision).error();
  const auto first = std::upper_bound(
      changes_.begin(), changes_.end(), after,
      [](Revision from, const Change& change) { return from < change.event.revision; });
  std::vector<Event> events;
  for (auto at = first; at != changes_.end(); ++at) {
    if (at->event.key.compare(0, prefix.size(), prefix) == 0) events.push_back(at->event);
  }
  return events;
}

StoreResult<void> MemoryHistory::compact(Revision revision) {
  if (revision > current_) {
    return fail(Code::kFuture, "revision " + std::to_string(revision) + " is after the newest, " +
                                   std::to_string(current_));
  }
  while (!changes_.empty() && changes_.front().event.revision <= revision) drop_oldest_change();
  compacted_ = std::max(compacted_, revision);
  return {};
}

void MemoryHistory::expire(util::TimePoint now) {
  while (!changes_.empty() && (history_bytes_ > options_.history_bytes ||
                               now - changes_.front().at > options_.history)) {
    drop_oldest_change();
  }
}

std::optional<Event> MemoryHistory::end_one(util::TimePoint now) {
  while (!ends_.empty() && ends_.begin()->first <= now) {
    const auto [key, revision] = std::move(ends_.begin()->second);
    ends_.erase(ends_.begin());
    StoreResult<Event> gone = commit({key, std::nullopt, Guard::at(revision), {}}, now);
    if (gone) return std::move(gone).value();
  }
  return std::nullopt;
}

std::size_t MemoryHistory::cost(const Event& event) {
  return event.previous.size() + event.key.size() + sizeof(Change) + sizeof(Version);
}

void MemoryHistory::drop_oldest_change() {
  const Event event = std::move(changes_.front().event);
  changes_.pop_front();
  compacted_ = event.revision;
  history_bytes_ -= cost(event);
  const auto found = keys_.find(event.key);
  Versions& versions = found->second;
  // What the key held before this change can be asked for no more.
  versions.drop_before(event.revision);
  if (versions.size() == 1 && !versions.front().value) keys_.erase(found);
}

}  // namespace annex::storage
