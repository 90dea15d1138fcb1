#include "transport/event_loop.h"

#include <uv.h>

#include <algorithm>
#include <utility>

namespace annex::transport {
namespace {

/// One call of wait().
struct Round {
  std::uint64_t number = 0;
  std::vector<EventLoop::Ready> ready{};
};

/// libuv frees nothing itself and lets go of a handle only in its next round: so each handle lives
/// in a block of its own, which its closing callback deletes.
struct Handle {
  uv_poll_t poll{};
  std::uint64_t id = 0;
  std::uint64_t seen = 0;  ///< the round in which it was ready last
  Round* round = nullptr;
};

void on_poll(uv_poll_t* poll, int status, int) {
  auto* handle = static_cast<Handle*>(poll->data);
  // Where over a thousand descriptors are ready, libuv asks the kernel many times in one round, and
  // is told of the same ones again.
  if (std::exchange(handle->seen, handle->round->number) == handle->round->number && status >= 0) {
    return;
  }
  handle->round->ready.push_back(EventLoop::Ready{handle->id, status < 0});
}

class UvWatch final : public EventLoop::Watch {
 public:
  explicit UvWatch(Handle* handle) : handle_(handle) {}
  ~UvWatch() override {
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_->poll),
             [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
  }
  UvWatch(const UvWatch&) = delete;
  UvWatch& operator=(const UvWatch&) = delete;

  void want(unsigned interest) override {
    int events = 0;
    if ((interest & EventLoop::kRead) != 0) events |= UV_READABLE;
    if ((interest & EventLoop::kWrite) != 0) events |= UV_WRITABLE;
    uv_poll_start(&handle_->poll, events, on_poll);
  }

 private:
  Handle* handle_;
};

}  // namespace

class EventLoop::Impl {
 public:
  uv_loop_t loop{};
  uv_timer_t timer{};
  Round round{};
};

EventLoop::EventLoop(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::unique_ptr<EventLoop> EventLoop::make() {
  auto impl = std::make_unique<Impl>();
  if (uv_loop_init(&impl->loop) != 0) return nullptr;
  uv_timer_init(&impl->loop, &impl->timer);
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(impl)));
}

EventLoop::~EventLoop() {
  uv_close(reinterpret_cast<uv_handle_t*>(&impl_->timer), nullptr);
  uv_run(&impl_->loop, UV_RUN_DEFAULT);
  uv_loop_close(&impl_->loop);
}

std::unique_ptr<EventLoop::Watch> EventLoop::watch(int descriptor, std::uint64_t id) {
  auto handle = std::make_unique<Handle>();
  if (uv_poll_init(&impl_->loop, &handle->poll, descriptor) != 0) return nullptr;
  handle->poll.data = handle.get();
  handle->id = id;
  handle->round = &impl_->round;
  return std::make_unique<UvWatch>(handle.release());
}

const std::vector<EventLoop::Ready>& EventLoop::wait(std::optional<util::Duration> limit) {
  ++impl_->round.number;
  impl_->round.ready.clear();
  if (limit && *limit > util::Duration::zero()) {
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(*limit).count();
    // The loop counts from the time that it saw last.
    uv_update_time(&impl_->loop);
    uv_timer_start(
        &impl_->timer, [](uv_timer_t*) {}, static_cast<std::uint64_t>(milliseconds), 0);
  } else {
    uv_timer_stop(&impl_->timer);
  }
  const bool at_once = limit && *limit <= util::Duration::zero();
  uv_run(&impl_->loop, at_once ? UV_RUN_NOWAIT : UV_RUN_ONCE);
  return impl_->round.ready;
}

}  // namespace annex::transport
