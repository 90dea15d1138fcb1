#include "annex/registry/virtual_source.h"

namespace annex::registry {

void ChangeFeed::put(json::Value object) {
  const util::MutexLock lock(mutex_);
  if (target_ != nullptr) target_->put(std::move(object));
}

void ChangeFeed::remove(const ObjectKey& key) {
  const util::MutexLock lock(mutex_);
  if (target_ != nullptr) target_->remove(key);
}

void ChangeFeed::reset() {
  const util::MutexLock lock(mutex_);
  if (target_ != nullptr) target_->reset();
}

void ChangeFeed::connect(Target* target) {
  const util::MutexLock lock(mutex_);
  target_ = target;
}

}  // namespace annex::registry
