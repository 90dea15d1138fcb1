// Bytes: an immutable range of bytes that many share. Chunks: a sequence of them, joined unread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annex::util {

/// A view of bytes that keeps their storage alive. A value: copying shares, nothing is written
/// after construction, so any thread may hold a copy.
class Bytes {
 public:
  Bytes() = default;
  /// Owns it, together with all copies and slices.
  explicit Bytes(std::string text);
  /// Bytes of static storage duration: nothing is owned.
  static Bytes literal(std::string_view text);

  /// Each as of a container of characters.
  std::string_view view() const { return view_; }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  const char* data() const { return view_.data(); }

  /// A part of this range, sharing its storage. Requires: offset + size <= size().
  Bytes slice(std::size_t offset, std::size_t size) const;
  Bytes slice(std::size_t offset) const { return slice(offset, size() - offset); }

  friend bool operator==(const Bytes& a, const Bytes& b) { return a.view_ == b.view_; }

 private:
  std::shared_ptr<const std::string> owner_;
  std::string_view view_;
};

/// Bytes to be written one after the other. A value, not synchronised.
class Chunks {
 public:
  Chunks() = default;
  /// With these bytes alone.
  explicit Chunks(Bytes bytes) { append(std::move(bytes)); }
  explicit Chunks(std::string text) : Chunks(Bytes(std::move(text))) {}

  /// Makes room for that many parts.
  void reserve(std::size_t parts) { parts_.reserve(parts); }
  /// Copies no bytes; what is empty is left out.
  void append(Bytes bytes);
  void append(std::string text) { append(Bytes(std::move(text))); }
  void append(Chunks chunks);

  /// In bytes.
  std::size_t size() const { return size_; }
  /// True if there are none.
  bool empty() const { return size_ == 0; }
  /// None of them is empty.
  const std::vector<Bytes>& parts() const { return parts_; }
  /// All bytes copied into one string.
  std::string join() const;
  /// Leaves none.
  void clear();

 private:
  std::vector<Bytes> parts_;
  std::size_t size_ = 0;
};

}  // namespace annex::util
