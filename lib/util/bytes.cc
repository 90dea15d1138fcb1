#include "annex/util/bytes.h"

namespace annex::util {

Bytes::Bytes(std::string text)
    : owner_(std::make_shared<const std::string>(std::move(text))), view_(*owner_) {}

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
