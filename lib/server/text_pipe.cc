#include "annex/server/text_pipe.h"

#include <utility>

#include "annex/util/mutex.h"

namespace annex {

class TextPipe::State {
 public:
  explicit State(std::size_t limit) : limit_(limit) {}

  Written write(std::string_view text) {
    http::Waker waker;
    {
      const util::MutexLock lock(mutex_);
      if (gone_ || closed_) return Written::kGone;
      if (!unread_.empty() && unread_.size() + text.size() > limit_) return Written::kFull;
      unread_ += text;
      waker = waker_;
    }
    waker.wake();
    return Written::kYes;
  }

  void wait_for_room(util::Duration limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    const util::MutexLock lock(mutex_);
    while (!gone_ && unread_.size() >= limit_ / 2 && !unread_.empty()) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= util::Duration::zero()) return;
      changed_.wait_for(mutex_, left);
    }
  }

  void close() {
    http::Waker waker;
    {
      const util::MutexLock lock(mutex_);
      closed_ = true;
      waker = waker_;
    }
    waker.wake();
  }

  void start(http::Waker waker) {
    const util::MutexLock lock(mutex_);
    waker_ = std::move(waker);
  }

  http::Pull pull(std::size_t room, util::Chunks& out) {
    const util::MutexLock lock(mutex_);
    if (!unread_.empty()) {
      std::string piece = unread_.substr(0, room);
      unread_.erase(0, piece.size());
      out.append(util::Bytes(std::move(piece)));
      changed_.notify_all();
      return http::Pull::kWrote;
    }
    return closed_ ? http::Pull::kEnd : http::Pull::kWait;
  }

  void leave() {
    const util::MutexLock lock(mutex_);
    gone_ = true;
    waker_ = {};
    changed_.notify_all();
  }

 private:
  const std::size_t limit_;
  util::Mutex mutex_;
  util::CondVar changed_;
  std::string unread_ ANNEX_GUARDED_BY(mutex_);
  http::Waker waker_ ANNEX_GUARDED_BY(mutex_);
  bool closed_ ANNEX_GUARDED_BY(mutex_) = false;
  bool gone_ ANNEX_GUARDED_BY(mutex_) = false;
};

class TextPipe::Source final : public http::BodySource {
 public:
  explicit Source(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Source() override { state_->leave(); }
  void start(http::Waker waker) override { state_->start(std::move(waker)); }
  http::Pull pull(std::size_t room, util::TimePoint, util::Chunks& out) override {
    return state_->pull(room, out);
  }

 private:
  const std::shared_ptr<State> state_;
};

TextPipe::TextPipe(std::size_t limit) : state_(std::make_shared<State>(limit)) {}
TextPipe::Written TextPipe::write(std::string_view text) const { return state_->write(text); }
void TextPipe::wait_for_room(util::Duration limit) const { state_->wait_for_room(limit); }
void TextPipe::close() const { state_->close(); }
std::unique_ptr<http::BodySource> TextPipe::source() const {
  return std::make_unique<Source>(state_);
}

}  // namespace annex
