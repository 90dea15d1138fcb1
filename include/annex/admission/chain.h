// Chain: all plugins of a server, in order.
#pragma once

#include <vector>

#include "annex/admission/plugin.h"
#include "annex/registry/writes.h"

namespace annex::admission {

/// Asks each plugin that handles the operation, in order; the first error ends the request. Owned
/// by the server and never changed; any thread.
class Chain final : public registry::Admission {
 public:
  /// They are asked in this order.
  explicit Chain(std::vector<PluginPtr> plugins) : plugins_(std::move(plugins)) {}

  Result<void> admit(const registry::Resource& resource, const HookContext& context,
                     json::Value* object, const json::Value* old) const override;
  /// As above, of those that validate.
  Result<void> validate(const registry::Resource& resource, const HookContext& context,
                        const json::Value* object, const json::Value* old) const override;

 private:
  const std::vector<PluginPtr> plugins_;
};

/// Which plugins are used, by name.
struct Switches {
  std::vector<std::string> enabled{};   ///< names of plugins to be on
  std::vector<std::string> disabled{};  ///< names of plugins to be off
};

/// Those of `known`, which are all on by themselves, that the switches leave on. BadRequest, in
/// upstream's words: a name that is not known, or one that is both enabled and disabled. Upstream's
/// plugins that are not part of annex may be disabled.
Result<std::vector<PluginPtr>> choose(const std::vector<PluginPtr>& known,
                                      const Switches& switches);

}  // namespace annex::admission
