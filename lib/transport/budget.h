// The memory that requests may hold while they arrive and wait, over all connections.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace annex::transport {

/// A bound that many shares draw on. Owned by the listener; outlives its shares. Any thread.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}

  /// False, and nothing is taken, if that is more than is left.
  bool take(std::size_t bytes) {
    if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_) return true;
    give(bytes);
    return false;
  }
  void give(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

/// What one connection has drawn; gives it back when it dies. Not synchronised.
class BudgetShare {
 public:
  /// Every connection has so much for nothing: a small request is served when the budget is spent.
  static constexpr std::size_t kFree = 8 << 10;

  explicit BudgetShare(Budget& budget) : budget_(&budget) {}
  ~BudgetShare() { budget_->give(drawn_); }
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;

  /// The connection holds `bytes` now. False, and nothing changes, if the budget does not allow it.
  bool hold(std::size_t bytes) {
    const std::size_t wanted = bytes > kFree ? bytes - kFree : 0;
    if (wanted > drawn_ && !budget_->take(wanted - drawn_)) return false;
    if (wanted < drawn_) budget_->give(drawn_ - wanted);
    drawn_ = wanted;
    return true;
  }

 private:
  Budget* budget_;
  std::size_t drawn_ = 0;
};

}  // namespace annex::transport
