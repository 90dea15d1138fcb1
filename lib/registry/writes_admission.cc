#include "annex/registry/writes.h"
#include "registry/object.h"
#include "registry/scale.h"
#include "registry/write_rules.h"

namespace annex::registry {
namespace {

/// What is wanted of a Scale, as admission leaves it.
class AdmittedScale final : public Transform {
 public:
  AdmittedScale(const Resource& resource, const WriteRequest& request, Transform& wanted)
      : resource_(resource), request_(request), wanted_(wanted) {}

  Result<json::Value> apply(const json::Value* live) override {
    Result<json::Value> scale = wanted_.apply(live);
    if (!scale || request_.admission == nullptr) return scale;
    auto done = request_.admission->admit(resource_, request_.hooks, &*scale, live);
    if (!done) return std::move(done).error();
    return scale;
  }

 private:
  const Resource& resource_;
  const WriteRequest& request_;
  Transform& wanted_;
};

}  // namespace

std::string_view operation_text(Operation operation) {
  switch (operation) {
    case Operation::kCreate:
      return "CREATE";
    case Operation::kUpdate:
      return "UPDATE";
    case Operation::kDelete:
      return "DELETE";
    case Operation::kConnect:
      return "CONNECT";
  }
  return "";
}

Result<json::Value> Writes::wanted_through_scale(const WriteRequest& request,
                                                 const json::Value& live,
                                                 Transform& transform) const {
  AdmittedScale admitted(resource_, request, transform);
  return apply_to_scale(backend_.codec(), live, admitted, request);
}

Result<void> admit(const Resource& resource, const WriteRequest& request, json::Value* object,
                   const json::Value* old) {
  // Plugins have seen the Scale already.
  if (request.admission != nullptr && !is_scale(request)) {
    auto done = request.admission->admit(resource, request.hooks, object, old);
    if (!done) return done;
  }
  // The resource's own hook sees the whole object, so that no subresource leads around it.
  const auto& hook = resource.strategy.admit;
  return hook ? hook(request.hooks, object, old) : Result<void>();
}

Result<void> validate_admission(const Resource& resource, const WriteRequest& request,
                                const json::Value* object, const json::Value* old) {
  if (request.admission != nullptr) {
    Result<void> done;
    if (is_scale(request)) {
      const json::Value scale = scale_of(resource, *object);
      const json::Value before = scale_of(resource, *old);
      done = request.admission->validate(resource, request.hooks, &scale, &before);
    } else {
      done = request.admission->validate(resource, request.hooks, object, old);
    }
    if (!done) return done;
  }
  const auto& hook = resource.strategy.validate_admission;
  return hook ? hook(request.hooks, object, old) : Result<void>();
}

}  // namespace annex::registry
