#include "server/access.h"

namespace annex::detail {

Access::Visit::~Visit() {
  if (access_ == nullptr) return;
  const util::MutexLock lock(access_->mutex_);
  if (--access_->visits_ == 0) access_->left_.notify_all();
}

const AccessParts& Access::Visit::operator*() const { return *access_->parts_; }

std::uint64_t Access::Visit::run() const { return access_->run_; }

void Access::open(AccessParts parts) {
  const util::MutexLock lock(mutex_);
  parts_.emplace(parts);
  ++run_;
  is_open_ = true;
}

void Access::close() {
  const util::MutexLock lock(mutex_);
  is_open_ = false;
  while (visits_ != 0) left_.wait(mutex_);
  parts_.reset();
}

std::optional<Access::Visit> Access::enter() {
  const util::MutexLock lock(mutex_);
  if (!is_open_) return std::nullopt;
  ++visits_;
  return Visit(*this);
}

Result<TypedResource> find_typed(const AccessParts& parts, std::type_index type) {
  const registry::Resource* found = nullptr;
  const registry::Version* version = nullptr;
  for (const ResourceDraft& draft : parts.draft.resources) {
    for (const auto& [form, name] : draft.structs) {
      if (form != type) continue;
      const registry::Resource* resource =
          parts.registry.find(draft.resource.group, name, draft.resource.plural);
      if (resource == nullptr || resource == found) continue;
      if (found != nullptr) {
        return Error::bad_request("both " + found->group_resource() + " and " +
                                  resource->group_resource() + " have a version of this struct");
      }
      found = resource;
      version = resource->find_version(name);
    }
  }
  registry::Backend* backend = found == nullptr ? nullptr : parts.backends.find(*found);
  if (backend == nullptr) {
    return Error::bad_request("no resource of this server has a served version of this struct");
  }
  return TypedResource{*found, *version, *backend};
}

Error not_running() { return Error::unavailable("the server does not run"); }

}  // namespace annex::detail
