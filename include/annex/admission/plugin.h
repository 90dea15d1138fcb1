// Admission plugins: what may change or refuse a write, whatever its resource.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/registry/resource.h"
#include "annex/registry/strategy.h"
#include "annex/util/result.h"

namespace annex::admission {

using registry::HookContext;
using registry::Operation;

/// One plugin of the chain, as upstream's (apiserver `pkg/admission/interfaces.go`). Shared by all
/// requests and called from many threads at once; inside the write loop, so more than once for a
/// request after a lost race: what it does elsewhere must bear repetition. It may wait, within the
/// request's own time.
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  /// By which flags switch it on and off, such as "NamespaceLifecycle".
  virtual std::string name() const = 0;
  /// Whether it is asked at all.
  virtual bool handles(Operation operation) const = 0;
  /// Mutating: may change `object`, and refuse. `object` is null for a deletion, `old` for a
  /// creation. Both are in the hub form without kind and apiVersion; of the subresource `scale`
  /// they are Scales. What it puts into the object must be what the schema describes.
  virtual Result<void> admit(const registry::Resource& resource, const HookContext& context,
                             json::Value* object, const json::Value* old) const;
  /// Validating: sees what is about to be stored, its generated name included, and may refuse it.
  virtual Result<void> validate(const registry::Resource& resource, const HookContext& context,
                                const json::Value* object, const json::Value* old) const;
};

using PluginPtr = std::shared_ptr<const Plugin>;

/// A refusal in upstream's words: `flunders.wardle.example.com "x" is forbidden: <why>`. The name
/// is the request's, else the object's or what it is to be generated from, else Unknown.
Error forbidden(const HookContext& context, const json::Value* object, const std::string& why);

/// "flunders.wardle.example.com", as refusals name what is asked for.
std::string group_resource(const HookContext& context);

}  // namespace annex::admission
