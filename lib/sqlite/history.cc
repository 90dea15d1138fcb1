#include "sqlite/history.h"

#include <algorithm>

namespace annex::sqlite {
namespace {

constexpr util::Duration kSpan = std::chrono::seconds(1);

}  // namespace

void History::begin(storage::Revision compacted, storage::Revision newest, util::TimePoint now) {
  compacted_ = compacted;
  begun_ = newest;
  if (newest > compacted) spans_.push_back({newest, 0, now, now});
}

void History::refine(std::vector<Span> spans) {
  if (spans_.empty() || spans_.front().revision != begun_) return;
  const Span whole = spans_.front();
  spans_.pop_front();
  for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
    if (span->revision <= compacted_) continue;
    bytes_ += span->bytes;
    spans_.push_front({span->revision, span->bytes, whole.first, whole.last});
  }
  begun_ = 0;
}

void History::add(storage::Revision revision, std::size_t bytes, util::TimePoint now) {
  if (spans_.empty() || spans_.back().revision == begun_ || now - spans_.back().first >= kSpan ||
      spans_.back().bytes >= span_bytes()) {
    spans_.push_back({revision, 0, now, now});
  }
  Span& span = spans_.back();
  span.revision = revision;
  span.last = now;
  span.bytes += bytes;
  bytes_ += bytes;
}

void History::compact(storage::Revision revision) {
  while (!spans_.empty() && spans_.front().revision <= revision) drop_first();
  compacted_ = std::max(compacted_, revision);
}

void History::expire(util::TimePoint now) {
  while (!spans_.empty() && (bytes_ > bound_ || now - spans_.front().last > age_)) drop_first();
}

void History::drop_first() {
  compacted_ = std::max(compacted_, spans_.front().revision);
  bytes_ -= spans_.front().bytes;
  spans_.pop_front();
}

}  // namespace annex::sqlite
