#include "annex/admission/plugin.h"

#include "annex/json/write.h"

namespace annex::admission {

Result<void> Plugin::admit(const registry::Resource&, const HookContext&, json::Value*,
                           const json::Value*) const {
  return {};
}

Result<void> Plugin::validate(const registry::Resource&, const HookContext&, const json::Value*,
                              const json::Value*) const {
  return {};
}

std::string group_resource(const HookContext& context) {
  return context.group.empty() ? context.resource : context.resource + "." + context.group;
}

Error forbidden(const HookContext& context, const json::Value* object, const std::string& why) {
  std::string name = context.name;
  if (name.empty() && object != nullptr) {
    name = object->at_string({"metadata", "name"});
    if (name.empty()) name = object->at_string({"metadata", "generateName"});
  }
  if (name.empty()) name = "Unknown";
  Error error;
  error.reason = Reason::kForbidden;
  error.message = group_resource(context) + " " + json::quoted(name) + " is forbidden: " + why;
  error.details.name = std::move(name);
  error.details.group = context.group;
  error.details.kind = context.resource;
  return error;
}

}  // namespace annex::admission
