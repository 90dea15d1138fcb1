// What has been said about a server before it starts. For the builders; not for users.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "annex/admission/plugin.h"
#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/registry/resource.h"
#include "annex/schema/type.h"
#include "annex/server/access.h"
#include "annex/server/metrics.h"
#include "annex/server/options.h"

namespace annex::detail {

/// The type table of one resource and the hub's place in it: filled while the resource is
/// described, shared with the adaptors of its hooks, and never changed once the server has started.
struct Form {
  schema::TypeTable types{};
  std::optional<schema::TypeId> hub{};
};

/// One resource in the making. Owned by its ServerDraft; its address does not change.
struct ResourceDraft {
  registry::Resource resource{};
  std::shared_ptr<Form> form = std::make_shared<Form>();
  /// A default hook that no version could call is a mistake.
  enum class DefaultHook { kNone, kUnused, kUsed };
  DefaultHook default_hook = DefaultHook::kNone;
  /// What is wrong with the description: each a sentence, told at start.
  std::vector<std::string> problems{};
  /// The struct of each version, with the version's name.
  std::vector<std::pair<std::type_index, std::string>> structs{};
};

struct ServerDraft {
  std::string name{};
  std::string version = "v0.0.0";
  std::string api_title{};
  std::string api_version{};
  std::deque<ResourceDraft> resources{};
  std::vector<std::pair<std::string, std::vector<std::string>>> preferences{};
  std::vector<StoreKind> stores{};
  std::vector<auth::AuthenticatorPtr> authenticators{};
  std::vector<auth::AuthorizerPtr> authorizers{};
  std::vector<admission::PluginPtr> plugins{};
  std::vector<std::pair<std::string, PathHandler>> paths{};
  std::vector<HealthCheck> checks{};
  std::vector<Task> tasks{};
  std::shared_ptr<Metrics> metrics{};
  AccessPtr access{};
};

/// "com.example.bakery.v1.Loaf" for bakery.example.com, v1, Loaf.
std::string model_name(const std::string& group, const std::string& version,
                       const std::string& kind);

}  // namespace annex::detail
