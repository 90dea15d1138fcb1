// The body of a large list: made while it is sent, so that what waits for a slow reader is small.
#pragma once

#include <memory>
#include <optional>

#include "annex/handlers/handlers.h"
#include "annex/http/body_source.h"
#include "handlers/list_maker.h"

namespace annex::handlers {

/// Has each piece made by a worker, for hooks may block, one ahead of what is sent. If no worker is
/// to be had, or nobody to be woken, whoever pulls makes it.
class ListSource final : public http::BodySource {
 public:
  /// `begun` is what was made already. `post` and `logger` outlive the source and what it posts.
  ListSource(ListMaker maker, util::Chunks begun, bool packed, const WorkerPost& post,
             util::Logger& logger);
  ~ListSource() override;

  void start(http::Waker waker) override;
  http::Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) override;
  std::optional<util::TimePoint> wake_at() const override { return retry_at_; }

 private:
  class Work;
  /// Has the next piece made, or says when to ask again.
  void order(std::size_t room, util::TimePoint now);

  const std::shared_ptr<Work> work_;
  const WorkerPost& post_;
  bool has_workers_ = false;
  bool ordered_ = false;
  std::optional<util::TimePoint> retry_at_;
};

/// The whole answer: at once, with its length, or made while it is sent if it is large.
Result<http::Response> list_response(const Exchange& exchange, std::vector<registry::ItemPtr> items,
                                     const ListMeta& meta);

}  // namespace annex::handlers
