#include "handlers/watch_source.h"

#include <algorithm>

namespace annex::handlers {
namespace {

constexpr std::size_t kBatch = 128;
constexpr util::Duration kLastBookmark = std::chrono::seconds(2);

}  // namespace

WatchSource::WatchSource(WatchPlan plan, WatchRender render, const util::Clock& clock)
    : plan_(std::move(plan)), render_(std::move(render)), clock_(clock) {
  const util::TimePoint now = clock_.now();
  schedule_bookmark(now);
  // A watch too short for a last bookmark before its end has that at once.
  if (next_bookmark_ && plan_.end - kLastBookmark <= now) next_bookmark_ = now;
}

WatchSource::~WatchSource() {
  if (waker_.target()) plan_.cache->remove_watcher(waker_);
}

void WatchSource::start(http::Waker waker) {
  waker_ = std::move(waker);
  if (waker_.target()) plan_.cache->add_watcher(waker_);
}

void WatchSource::schedule_bookmark(util::TimePoint now) {
  next_bookmark_.reset();
  if (!plan_.filter.allow_bookmarks) return;
  next_bookmark_ = now + plan_.bookmark_interval;
  const util::TimePoint last = plan_.end - kLastBookmark;
  if (last > now) next_bookmark_ = std::min(*next_bookmark_, last);
}

bool WatchSource::matches(const registry::Item& item) const {
  if (item.key.compare(0, plan_.prefix.size(), plan_.prefix) != 0) return false;
  if (!plan_.name.empty() && item.name() != plan_.name) return false;
  return plan_.filter.matches(item);
}

bool WatchSource::append(Result<util::Chunks> event, util::Chunks& out) {
  if (event) {
    out.append(std::move(*event));
    ++appended_;
    return true;
  }
  out.append(render_.error(event.error()));
  failed_ = true;
  return false;
}

bool WatchSource::append_initial(std::size_t room, util::Chunks& out) {
  const util::WallTime now = clock_.wall_now();
  const std::size_t full = out.size() + room;
  while (next_initial_ < plan_.initial.size() && out.size() < full) {
    const registry::ItemPtr item = std::move(plan_.initial[next_initial_++]);
    if (!matches(*item)) continue;
    if (!append(render_.event("ADDED", *item, item->revision, now), out)) return false;
  }
  if (next_initial_ < plan_.initial.size()) return true;
  plan_.initial.clear();
  plan_.initial.shrink_to_fit();
  next_initial_ = 0;
  if (plan_.announce_initial_end) {
    plan_.announce_initial_end = false;
    return append(render_.bookmark(plan_.initial_revision, true), out);
  }
  return true;
}

bool WatchSource::append_change(const registry::CacheEvent& change, util::Chunks& out) {
  if (change.revision() <= plan_.after) return true;
  const registry::ItemPtr& current = change.current();
  const registry::ItemPtr& previous = change.previous();
  const bool is = current && matches(*current);
  const bool was = previous && matches(*previous);
  if (!is && !was) return true;
  const std::string_view type = is && was ? "MODIFIED" : is ? "ADDED" : "DELETED";
  return append(render_.shared_event(type, change, is ? *current : *previous, clock_.wall_now()),
                out);
}

http::Pull WatchSource::pull(std::size_t room, util::TimePoint now, util::Chunks& out) {
  appended_ = 0;
  const http::Pull pulled = pull_events(room, now, out);
  if (appended_ != 0 && plan_.sent) plan_.sent(appended_);
  return pulled;
}

http::Pull WatchSource::pull_events(std::size_t room, util::TimePoint now, util::Chunks& out) {
  if (plan_.failure) {
    out.append(render_.error(*plan_.failure));
    return http::Pull::kEnd;
  }
  if (failed_ || now >= plan_.end) return http::Pull::kEnd;
  const std::size_t before = out.size();
  if (!plan_.initial.empty() || plan_.announce_initial_end) {
    if (!append_initial(room, out)) return http::Pull::kEnd;
    if (!plan_.initial.empty()) return http::Pull::kWrote;
  }
  bool drained = false;
  storage::Revision revision = 0;
  while (out.size() - before < room && !drained) {
    if (pending_.empty()) {
      registry::WatchCache::Batch batch = plan_.cache->read(plan_.position, kBatch);
      if (batch.ended) return http::Pull::kEnd;
      plan_.position = batch.next;
      pending_.assign(batch.events.begin(), batch.events.end());
      drained = pending_.empty();
      revision = batch.revision;
    }
    while (!pending_.empty() && out.size() - before < room) {
      const registry::CacheEventPtr change = std::move(pending_.front());
      pending_.pop_front();
      if (!append_change(*change, out)) return http::Pull::kEnd;
    }
  }
  if (drained && next_bookmark_ && now >= *next_bookmark_) {
    if (!append(render_.bookmark(std::max(revision, plan_.after), false), out)) {
      return http::Pull::kEnd;
    }
    schedule_bookmark(now);
  }
  if (out.size() > before) return http::Pull::kWrote;
  return http::Pull::kWait;
}

std::optional<util::TimePoint> WatchSource::wake_at() const {
  return next_bookmark_ ? std::min(*next_bookmark_, plan_.end) : plan_.end;
}

}  // namespace annex::handlers
