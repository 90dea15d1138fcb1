// Task: a computation that can wait without a thread, as a coroutine.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace annex::util {

template <typename T>
class Task;

namespace detail {

/// What the compiler asks of a Task's coroutine.
template <typename T>
struct TaskPromise {
  using Handle = std::coroutine_handle<TaskPromise>;

  /// Goes on with whoever waits.
  struct Final {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle handle) const noexcept {
      return handle.promise().next;
    }
    void await_resume() const noexcept {}
  };

  Task<T> get_return_object() noexcept { return Task<T>(Handle::from_promise(*this)); }
  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void return_value(T given) { value.emplace(std::move(given)); }
  void unhandled_exception() noexcept { thrown = std::current_exception(); }
  T take() {
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*value);
  }

  std::coroutine_handle<> next = std::noop_coroutine();  ///< whoever waits
  std::optional<T> value{};                              ///< what it gave
  std::exception_ptr thrown{};                           ///< what it threw
};

struct DetachedPromise;

}  // namespace detail

/// Begins once it is awaited and then gives one value, or throws what its body threw. Where it
/// waits, its thread is free; whatever it waits for decides on which thread it goes on. Owned by
/// whoever made it, who awaits it at once: so what its parameters refer to outlives it.
template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;  ///< for the compiler

  /// Takes the other's coroutine.
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  /// What `co_await` makes of it.
  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> next) const noexcept {
        handle.promise().next = next;
        return handle;
      }
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }
  /// Runs it on this thread. Requires: all that it waits for blocks this thread.
  T run() && {
    handle_.resume();
    return handle_.promise().take();
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

/// The outermost coroutine: begins at once, belongs to nobody and ends by itself. Must not throw.
struct Detached {
  using promise_type = detail::DetachedPromise;  ///< for the compiler
};

/// What the compiler asks of a Detached coroutine.
struct detail::DetachedPromise {
  Detached get_return_object() const noexcept { return {}; }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  std::suspend_never final_suspend() const noexcept { return {}; }
  void return_void() const noexcept {}
  void unhandled_exception() const noexcept { std::terminate(); }
};

}  // namespace annex::util
