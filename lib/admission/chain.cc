#include "annex/admission/chain.h"

#include <algorithm>

#include "annex/json/write.h"

namespace annex::admission {
namespace {

/// Upstream's plugins that a server may be without: those may be disabled, but not enabled.
constexpr const char* kOptional[] = {"NamespaceLifecycle", "MutatingAdmissionPolicy",
                                     "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy",
                                     "ValidatingAdmissionWebhook"};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_known(const std::vector<PluginPtr>& known, const std::string& name) {
  return std::any_of(known.begin(), known.end(),
                     [&](const PluginPtr& plugin) { return plugin->name() == name; });
}

Error unknown(const char* flag, const std::string& name) {
  return Error::bad_request(std::string(flag) + " plugin " + json::quoted(name) + " is unknown");
}

}  // namespace

Result<void> Chain::admit(const registry::Resource& resource, const HookContext& context,
                          json::Value* object, const json::Value* old) const {
  for (const PluginPtr& plugin : plugins_) {
    if (!plugin->handles(context.operation)) continue;
    if (auto done = plugin->admit(resource, context, object, old); !done) return done;
  }
  return {};
}

Result<void> Chain::validate(const registry::Resource& resource, const HookContext& context,
                             const json::Value* object, const json::Value* old) const {
  for (const PluginPtr& plugin : plugins_) {
    if (!plugin->handles(context.operation)) continue;
    if (auto done = plugin->validate(resource, context, object, old); !done) return done;
  }
  return {};
}

Result<std::vector<PluginPtr>> choose(const std::vector<PluginPtr>& known,
                                      const Switches& switches) {
  for (std::size_t i = 0; i < known.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (known[i]->name() != known[j]->name()) continue;
      return Error::bad_request("the admission plugin " + known[i]->name() + " is there twice");
    }
  }
  for (const std::string& name : switches.enabled) {
    if (!is_known(known, name)) return unknown("enable-admission-plugins", name);
    if (contains(switches.disabled, name)) {
      return Error::bad_request("[" + name +
                                "] in enable-admission-plugins and disable-admission-plugins "
                                "overlapped");
    }
  }
  for (const std::string& name : switches.disabled) {
    const bool optional = std::any_of(std::begin(kOptional), std::end(kOptional),
                                      [&](const char* other) { return name == other; });
    if (!optional && !is_known(known, name)) return unknown("disable-admission-plugins", name);
  }
  std::vector<PluginPtr> chosen;
  for (const PluginPtr& plugin : known) {
    if (!contains(switches.disabled, plugin->name())) chosen.push_back(plugin);
  }
  return chosen;
}

}  // namespace annex::admission
