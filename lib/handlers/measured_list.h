// A list whose text begins with its length, made in bounded memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "annex/util/bytes.h"
#include "annex/util/result.h"
#include "meta/protobuf.h"

namespace annex::handlers {

/// A list in protobuf, whose envelope begins with its length: each element is made once to be
/// measured and, but for the first of them, once more to be sent.
class MeasuredList {
 public:
  /// `empty` is the list without elements. Nothing if it has no such form.
  static std::optional<MeasuredList> of(const json::Value& empty);

  bool measuring() const { return measuring_; }
  /// True if the element need not be made again. Requires: measuring().
  Result<bool> measure(const util::Chunks& element);
  /// Ends the measuring and appends what was kept, each element a part of its own; those that are
  /// made again follow.
  void begin(util::Chunks& out);
  /// An error if the elements are not what was measured.
  Result<void> append(const util::Chunks& element, util::Chunks& out);
  Result<void> append_end(util::Chunks& out);

 private:
  explicit MeasuredList(meta::ProtobufList list) : list_(std::move(list)) {}
  Result<std::string> encode(const util::Chunks& element) const;

  meta::ProtobufList list_;
  util::Chunks kept_;     ///< the first elements
  std::size_t left_ = 0;  ///< bytes of all that are measured and not kept
  bool measuring_ = true;
  bool keeping_ = true;
};

}  // namespace annex::handlers
