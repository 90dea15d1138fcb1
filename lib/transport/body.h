// The body of an answer under way, whichever kind it is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "annex/http/response.h"

namespace annex::transport {

/// Prepared bytes, or a source with what it gave and nobody took yet. Owned by one stream.
class Body {
 public:
  Body() = default;
  explicit Body(util::Chunks chunks) : pending_(std::move(chunks)), ended_(true) {}
  explicit Body(std::unique_ptr<http::BodySource> source) : source_(std::move(source)) {}

  enum class State { kBytes, kWait, kEnd, kAbort };

  /// Makes sure that bytes are pending if there are any: kBytes if so.
  State prepare(std::size_t room, util::TimePoint now) {
    while (pending_.size() == taken_) {
      pending_.clear();
      taken_ = part_ = offset_ = 0;
      if (aborted_) return State::kAbort;
      if (ended_) return State::kEnd;
      wake_at_.reset();
      switch (source_->pull(room, now, pending_)) {
        case http::Pull::kWrote:
          if (pending_.empty()) return wait(now);
          break;
        case http::Pull::kWait:
          wake_at_ = source_->wake_at();
          // A time that has passed would make a busy loop.
          if (wake_at_ && *wake_at_ <= now) wake_at_ = now + std::chrono::milliseconds(1);
          if (pending_.empty()) return State::kWait;
          break;
        case http::Pull::kEnd:
          ended_ = true;
          break;
        case http::Pull::kAbort:
          aborted_ = true;
          break;
      }
    }
    return State::kBytes;
  }

  /// The next piece of the pending bytes, `room` at most. Requires: prepare() gave kBytes.
  std::string_view take(std::size_t room) {
    while (offset_ == pending_.parts()[part_].size()) {
      ++part_;
      offset_ = 0;
    }
    const std::string_view piece = pending_.parts()[part_].view().substr(offset_, room);
    offset_ += piece.size();
    taken_ += piece.size();
    return piece;
  }

  /// True if nothing is pending and nothing will come.
  bool done() const { return ended_ && pending_.size() == taken_; }
  std::optional<util::TimePoint> wake_at() const { return wake_at_; }

 private:
  // A source that claims to have written and did not is pulled again, but not in a busy loop.
  State wait(util::TimePoint now) {
    wake_at_ = now + std::chrono::milliseconds(1);
    return State::kWait;
  }

  util::Chunks pending_;
  std::size_t taken_ = 0;
  std::size_t part_ = 0;
  std::size_t offset_ = 0;
  std::unique_ptr<http::BodySource> source_;
  bool ended_ = false;
  bool aborted_ = false;
  std::optional<util::TimePoint> wake_at_;
};

}  // namespace annex::transport
