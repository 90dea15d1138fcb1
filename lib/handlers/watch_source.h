// The body of a watch: a place in the cache's ring, pulled by the connection.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annex/http/body_source.h"
#include "annex/registry/watch_cache.h"
#include "annex/util/clock.h"
#include "handlers/options.h"
#include "handlers/watch_render.h"

namespace annex::handlers {

/// What a watch begins with and how long it goes on.
struct WatchPlan {
  std::shared_ptr<registry::WatchCache> cache{};
  ListOptions filter{};
  std::string prefix{};  ///< of relative keys
  std::string name{};    ///< only this object, if not empty
  registry::WatchCache::Position position{};
  /// Changes up to this one are known to the client already.
  storage::Revision after{};
  std::vector<registry::ItemPtr> initial{};
  storage::Revision initial_revision{};
  bool announce_initial_end = false;
  util::TimePoint end{};
  util::Duration bookmark_interval{};
  std::function<void(std::size_t)> sent{};  ///< told how many events went out; may be empty
  /// Sent as the only event.
  std::optional<Error> failure{};
};

/// Holds no thread and no lock between pulls. What the resource's tables and conversions refer to
/// must outlive it.
class WatchSource final : public http::BodySource {
 public:
  WatchSource(WatchPlan plan, WatchRender render, const util::Clock& clock);
  ~WatchSource() override;

  void start(http::Waker waker) override;
  http::Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) override;
  std::optional<util::TimePoint> wake_at() const override;

 private:
  http::Pull pull_events(std::size_t room, util::TimePoint now, util::Chunks& out);
  bool matches(const registry::Item& item) const;
  bool append_initial(std::size_t room, util::Chunks& out);
  bool append_change(const registry::CacheEvent& change, util::Chunks& out);
  bool append(Result<util::Chunks> event, util::Chunks& out);
  void schedule_bookmark(util::TimePoint now);

  WatchPlan plan_;
  WatchRender render_;
  const util::Clock& clock_;
  http::Waker waker_;
  std::size_t next_initial_ = 0;
  std::deque<registry::CacheEventPtr> pending_;
  bool failed_ = false;
  std::size_t appended_ = 0;  ///< events, by the pull that goes on
  std::optional<util::TimePoint> next_bookmark_;
};

}  // namespace annex::handlers
