// The streaming seam: a body that is pulled by the connection when there is room for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "annex/util/bytes.h"
#include "annex/util/clock.h"

namespace annex::http {

/// Names one stream of one connection; the generation tells a later stream in the same place apart.
struct WakeId {
  std::uint64_t connection = 0;  ///< of the listener's
  std::uint64_t stream = 0;      ///< of that connection's

  bool operator==(const WakeId&) const = default;
};

/// Where wake-ups of many streams go; the transport has one for each IO thread.
class WakeTarget {
 public:
  WakeTarget() = default;
  WakeTarget(const WakeTarget&) = delete;
  WakeTarget& operator=(const WakeTarget&) = delete;
  virtual ~WakeTarget() = default;

  /// Pulls the named streams soon. Any thread; streams that are gone are ignored.
  virtual void wake(std::span<const WakeId> ids) = 0;
};

/// A copyable handle by which a BodySource asks to be pulled again. Callable from any thread; does
/// nothing once its stream is gone.
class Waker {
 public:
  Waker() = default;
  /// Wakes that stream of the target.
  Waker(std::shared_ptr<WakeTarget> target, WakeId id) : target_(std::move(target)), id_(id) {}

  /// Has the stream pulled soon. Wakes between two pulls are one.
  void wake() const {
    if (target_) target_->wake(std::span(&id_, 1));
  }
  /// Null in a handle that was made empty.
  const std::shared_ptr<WakeTarget>& target() const { return target_; }
  /// Of what is woken.
  WakeId id() const { return id_; }

 private:
  std::shared_ptr<WakeTarget> target_;
  WakeId id_;
};

enum class Pull {
  kWrote,  ///< bytes were appended; there may be more at once
  kWait,   ///< nothing now: pull again after a wake, or at wake_at()
  kEnd,    ///< the body is complete; bytes may have been appended before
  kAbort,  ///< the body cannot be completed: the stream is cut so that the peer notices
};

/// A response body made while it is sent. Owned by the connection that sends it; all calls come
/// from that connection's IO thread, never re-entered. Destroying it is cancellation.
class BodySource {
 public:
  BodySource() = default;
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;
  virtual ~BodySource() = default;

  /// Called once, before the first pull.
  virtual void start(Waker waker) = 0;
  /// Appends about `room` bytes at most (one indivisible piece may be larger). Never blocks, never
  /// calls a store or a hook. Nothing is called after kEnd or kAbort.
  virtual Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) = 0;
  /// After kWait: when to pull even without a wake.
  virtual std::optional<util::TimePoint> wake_at() const { return std::nullopt; }
};

}  // namespace annex::http
