#include "transport/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace annex::transport {

Inbox::Inbox() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Inbox::~Inbox() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Inbox::has_come() {
  has_news_ = true;
  // Who is awake looks here before the next wait; most answers are made while the thread is.
  if (!std::exchange(sleeping_, false)) return false;
  ++rings_;
  return true;
}

void Inbox::ring() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

bool Inbox::sleep() {
  const util::MutexLock lock(mutex_);
  sleeping_ = !has_news_;
  return sleeping_;
}

void Inbox::rise() {
  const util::MutexLock lock(mutex_);
  sleeping_ = false;
}

void Inbox::wake(std::span<const http::WakeId> ids) {
  bool rings = false;
  {
    const util::MutexLock lock(mutex_);
    if (closed_) return;
    content_.wakes.insert(content_.wakes.end(), ids.begin(), ids.end());
    rings = has_come();
  }
  if (rings) ring();
}

void Inbox::answer(http::WakeId id, std::optional<http::Response> response) {
  bool rings = false;
  {
    // The response may own a source whose destructor takes locks: it dies outside of ours.
    const util::MutexLock lock(mutex_);
    if (closed_) return;
    content_.answers.push_back(Answer{id, std::move(response)});
    rings = has_come();
  }
  if (rings) ring();
}

void Inbox::add(Accepted accepted) {
  bool rings = false;
  {
    const util::MutexLock lock(mutex_);
    if (closed_) {
      ::close(accepted.socket);
      return;
    }
    content_.accepted.push_back(std::move(accepted));
    rings = has_come();
  }
  if (rings) ring();
}

void Inbox::command(bool Content::*order) {
  bool rings = false;
  {
    const util::MutexLock lock(mutex_);
    if (order != nullptr) content_.*order = true;
    rings = has_come();
  }
  if (rings) ring();
}

void Inbox::drain() { command(&Content::drain); }
void Inbox::stop() { command(&Content::stop); }
void Inbox::nudge() { command(nullptr); }

void Inbox::take(Content& out) {
  out.wakes.clear();
  out.answers.clear();
  out.accepted.clear();
  out.drain = out.stop = false;
  const util::MutexLock lock(mutex_);
  has_news_ = false;
  if (rings_ > 0) {
    std::uint64_t heard = 0;
    const auto got = ::read(descriptor_, &heard, sizeof heard);
    if (got == static_cast<ssize_t>(sizeof heard)) rings_ -= heard;
  }
  // The vectors come back with their room, so that a busy thread allocates none.
  std::swap(out, content_);
}

void Inbox::close() {
  Content rest;
  {
    const util::MutexLock lock(mutex_);
    closed_ = true;
    rest = std::exchange(content_, {});
  }
  for (const Accepted& accepted : rest.accepted) ::close(accepted.socket);
}

}  // namespace annex::transport
