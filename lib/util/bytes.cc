#include "annex/util/bytes.h"

namespace annex::util {
namespace {

/// A string that grew has up to as much room again, which would be kept as long as the bytes.
std::string fitted(std::string text) {
  if (text.capacity() - text.size() > text.size() / 8) text.shrink_to_fit();
  return text;
}

}  // namespace

Bytes::Bytes(std::string text)
    : owner_(std::make_shared<const std::string>(fitted(std::move(text)))), view_(*owner_) {}

Bytes Bytes::literal(std::string_view text) {
  Bytes bytes;
  bytes.view_ = text;
  return bytes;
}

Bytes Bytes::slice(std::size_t offset, std::size_t size) const {
  Bytes part;
  part.owner_ = owner_;
  part.view_ = view_.substr(offset, size);
  return part;
}

void Chunks::append(Bytes bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  parts_.push_back(std::move(bytes));
}

void Chunks::append(Chunks chunks) {
  size_ += chunks.size_;
  parts_.insert(parts_.end(), std::make_move_iterator(chunks.parts_.begin()),
                std::make_move_iterator(chunks.parts_.end()));
}

std::string Chunks::join() const {
  std::string text;
  text.reserve(size_);
  for (const Bytes& part : parts_) text.append(part.view());
  return text;
}

void Chunks::clear() {
  parts_.clear();
  size_ = 0;
}

}  // namespace annex::util
