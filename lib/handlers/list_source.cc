#include "handlers/list_source.h"

#include <algorithm>
#include <utility>

#include "annex/util/mutex.h"
#include "handlers/output.h"
#include "http/gzip.h"

namespace annex::handlers {
namespace {

/// Smaller lists are answered whole, with their length.
constexpr std::size_t kStreamFrom = 1U << 20U;
/// What a worker makes at once, at least: less would not be worth waking it.
constexpr std::size_t kPiece = 1U << 16U;
/// How long until it is tried again to find a worker where too much waits for them.
constexpr util::Duration kRetry = std::chrono::milliseconds(10);

struct Piece {
  util::Chunks bytes{};
  http::Pull then = http::Pull::kAbort;
};

}  // namespace

/// What the source and the worker share. `make` is for one of them at a time: the worker while a
/// piece is ordered.
class ListSource::Work {
 public:
  Work(ListMaker maker, util::Chunks begun, bool packed, util::Logger& logger)
      : maker_(std::move(maker)), made_parts_(std::move(begun)), logger_(logger) {
    if (packed) packer_.emplace();
  }

  void begin(http::Waker waker) { waker_ = std::move(waker); }

  /// kAbort if a hook fails or throws: what is out cannot be taken back.
  Piece make(std::size_t room) {
    Piece piece;
    util::Chunks bytes;
    std::size_t measured = 0;  // made, but nothing to be sent yet
    while (bytes.size() + measured < room) {
      if (next_part_ < made_parts_.parts().size()) {
        bytes.append(made_parts_.parts()[next_part_++]);
        continue;
      }
      made_parts_.clear();
      next_part_ = 0;
      if (maker_.done()) break;
      auto made = maker_.make_next(made_parts_);
      if (!made) {
        logger_.error("a list that was begun cannot be ended", {{"err", made.error().message}});
        return piece;
      }
      if (made_parts_.empty()) measured += *made;
    }
    const bool is_last = next_part_ == made_parts_.parts().size() && maker_.done();
    if (packer_) {
      std::string packed;
      if (!packer_->pack(bytes, is_last, packed)) return piece;
      piece.bytes.append(std::move(packed));
    } else {
      piece.bytes = std::move(bytes);
    }
    piece.then = is_last ? http::Pull::kEnd : http::Pull::kWrote;
    return piece;
  }

  /// On a worker.
  void make_for_source(std::size_t room) {
    {
      util::MutexLock lock(mutex_);
      if (cancelled_) return;
    }
    const Delivery delivery(*this);
    made_ = make(room);
  }

  std::optional<Piece> take() {
    util::MutexLock lock(mutex_);
    return std::exchange(ready_, std::nullopt);
  }
  void cancel() {
    util::MutexLock lock(mutex_);
    cancelled_ = true;
  }

 private:
  /// Delivers at the end of its scope: what was made, or that it could not be, by an exception of a
  /// hook.
  class Delivery {
   public:
    explicit Delivery(Work& work) : work_(work) {}
    ~Delivery() {
      {
        util::MutexLock lock(work_.mutex_);
        work_.ready_ = std::exchange(work_.made_, {});
      }
      work_.waker_.wake();
    }
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

   private:
    Work& work_;
  };

  ListMaker maker_;
  util::Chunks made_parts_;  ///< sent up to `next_part_`
  std::size_t next_part_ = 0;
  util::Logger& logger_;
  std::optional<http::GzipStream> packer_;
  Piece made_;
  http::Waker waker_;
  util::Mutex mutex_;
  std::optional<Piece> ready_ ANNEX_GUARDED_BY(mutex_);
  bool cancelled_ ANNEX_GUARDED_BY(mutex_) = false;
};

ListSource::ListSource(ListMaker maker, util::Chunks begun, bool packed, const WorkerPost& post,
                       util::Logger& logger)
    : work_(std::make_shared<Work>(std::move(maker), std::move(begun), packed, logger)),
      post_(post) {}

ListSource::~ListSource() { work_->cancel(); }

void ListSource::start(http::Waker waker) {
  has_workers_ = post_ && waker.target();
  work_->begin(std::move(waker));
}

void ListSource::order(std::size_t room, util::TimePoint now) {
  const std::size_t size = std::max(room, kPiece);
  ordered_ = post_([work = work_, size] { work->make_for_source(size); });
  retry_at_ = ordered_ ? std::nullopt : std::optional(now + kRetry);
}

http::Pull ListSource::pull(std::size_t room, util::TimePoint now, util::Chunks& out) {
  if (!has_workers_) {
    Piece piece = work_->make(room);
    while (piece.bytes.empty() && piece.then == http::Pull::kWrote) piece = work_->make(room);
    out.append(std::move(piece.bytes));
    return piece.then;
  }
  std::optional<Piece> piece = ordered_ ? work_->take() : std::nullopt;
  if (!piece) {
    if (!ordered_) order(room, now);
    return http::Pull::kWait;
  }
  ordered_ = false;
  const bool is_empty = piece->bytes.empty();
  out.append(std::move(piece->bytes));
  if (piece->then != http::Pull::kWrote) return piece->then;
  order(room, now);
  return is_empty ? http::Pull::kWait : http::Pull::kWrote;
}

Result<http::Response> list_response(const Exchange& exchange, std::vector<registry::ItemPtr> items,
                                     const ListMeta& meta) {
  auto maker = ListMaker::begin(exchange, std::move(items), meta);
  if (!maker) return std::move(maker).error();
  util::Chunks begun;
  std::size_t size = 0;
  while (!maker->done() && size < kStreamFrom) {
    auto made = maker->make_next(begun);
    if (!made) return std::move(made).error();
    size += *made;
  }
  if (maker->done()) {
    return text_response(exchange.http, exchange.form.media, std::move(begun));
  }
  return stream_response(exchange.http, exchange.form.media, [&](bool packed) {
    return std::make_unique<ListSource>(std::move(*maker), std::move(begun), packed,
                                        exchange.options.post, exchange.logger);
  });
}

}  // namespace annex::handlers
