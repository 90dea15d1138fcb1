#include "server/line_reader.h"

#include <algorithm>
#include <utility>

#include "annex/util/mutex.h"

namespace annex::detail {

class LineReader::Wakes final : public http::WakeTarget {
 public:
  void wake(std::span<const http::WakeId>) override { wake(); }
  void wake() {
    const util::MutexLock lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }
  /// False if nobody woke it in time.
  bool wait(util::Duration limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    const util::MutexLock lock(mutex_);
    while (!woken_) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= util::Duration::zero()) return false;
      changed_.wait_for(mutex_, left);
    }
    return std::exchange(woken_, false);
  }

 private:
  util::Mutex mutex_;
  util::CondVar changed_;
  bool woken_ ANNEX_GUARDED_BY(mutex_) = false;
};

LineReader::LineReader(std::unique_ptr<http::BodySource> source, const util::Clock& clock)
    : source_(std::move(source)), clock_(clock), wakes_(std::make_shared<Wakes>()) {}

LineReader::~LineReader() = default;

bool LineReader::pull() {
  if (ended_) return false;
  if (!std::exchange(started_, true)) source_->start(http::Waker(wakes_, {1, 1}));
  util::Chunks chunks;
  const http::Pull pulled = source_->pull(1U << 16U, clock_.now(), chunks);
  unread_ += chunks.join();
  ended_ = pulled == http::Pull::kEnd || pulled == http::Pull::kAbort;
  // What broke off is no line.
  if (pulled == http::Pull::kAbort) unread_.resize(unread_.rfind('\n') + 1);
  return pulled != http::Pull::kWait;
}

std::optional<std::string> LineReader::take_line() {
  const std::size_t end = unread_.find('\n');
  if (end == std::string::npos) {
    if (!ended_ || unread_.empty()) return std::nullopt;
    return std::exchange(unread_, {});
  }
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

std::optional<std::string> LineReader::line_if_any() {
  while (true) {
    if (std::optional<std::string> line = take_line()) return line;
    if (ended_ || !pull()) return take_line();
  }
}

bool LineReader::wait(std::chrono::steady_clock::time_point end) {
  const util::Duration left = end - std::chrono::steady_clock::now();
  if (left <= util::Duration::zero()) return false;
  const std::optional<util::TimePoint> due = source_->wake_at();
  // At least a moment, so that a source that is due and has nothing is not asked in a circle.
  const util::Duration until_due =
      due ? std::max<util::Duration>(*due - clock_.now(), std::chrono::milliseconds(1)) : left;
  wakes_->wait(std::min(left, until_due));
  return true;
}

std::string LineReader::rest(util::Duration limit) {
  auto end = std::chrono::steady_clock::now() + limit;
  while (!ended_) {
    const std::size_t before = unread_.size();
    while (pull()) {
    }
    if (unread_.size() != before) end = std::chrono::steady_clock::now() + limit;
    if (!ended_ && !wait(end)) break;
  }
  return unread_;
}

std::optional<std::string> LineReader::next_line(util::Duration limit,
                                                 const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { wakes_->wake(); });
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!stop.stop_requested()) {
    if (std::optional<std::string> line = line_if_any()) return line;
    if (ended_ || !wait(end)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace annex::detail
