#include "handlers/measured_list.h"

#include "annex/json/read.h"

namespace annex::handlers {
namespace {

/// What is kept of the first elements, so that most lists are made once.
constexpr std::size_t kKept = 1U << 20U;

/// A conversion need not give the same twice.
Error changed() { return Error::internal("an element is not what was measured"); }

}  // namespace

std::optional<MeasuredList> MeasuredList::of(const json::Value& empty) {
  auto list = meta::ProtobufList::of(empty);
  if (!list) return std::nullopt;
  return MeasuredList(std::move(*list));
}

Result<std::string> MeasuredList::encode(const util::Chunks& element) const {
  const Result<json::Value> value = json::parse(element.join());
  if (!value) return Error::internal("what was encoded cannot be read again");
  return list_.element(*value);
}

Result<bool> MeasuredList::measure(const util::Chunks& element) {
  Result<std::string> encoded = encode(element);
  if (!encoded) return std::move(encoded).error();
  keeping_ = keeping_ && kept_.size() + encoded->size() <= kKept;
  if (keeping_) {
    kept_.append(std::move(*encoded));
  } else {
    left_ += encoded->size();
  }
  return keeping_;
}

void MeasuredList::begin(util::Chunks& out) {
  measuring_ = false;
  out.append(list_.begin(kept_.size() + left_));
  out.append(std::exchange(kept_, {}));
}

Result<void> MeasuredList::append(const util::Chunks& element, util::Chunks& out) {
  Result<std::string> encoded = encode(element);
  if (!encoded) return std::move(encoded).error();
  if (encoded->size() > left_) return changed();
  left_ -= encoded->size();
  out.append(std::move(*encoded));
  return {};
}

Result<void> MeasuredList::append_end(util::Chunks& out) {
  if (left_ != 0) return changed();
  out.append(list_.end());
  return {};
}

}  // namespace annex::handlers
