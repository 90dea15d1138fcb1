#include "annex/admission/namespace_lifecycle.h"

namespace annex::admission {
namespace {

constexpr const char* kNotReady = "not yet ready to handle request";

class NamespaceLifecycle final : public Plugin {
 public:
  NamespaceLifecycle(const Namespaces& namespaces, const util::Clock& clock, NamespaceWaits waits)
      : namespaces_(namespaces), clock_(clock), waits_(waits) {}

  std::string name() const override { return kNamespaceLifecycle; }
  /// What is there may be changed and deleted, so that a namespace can be emptied.
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Result<void> admit(const registry::Resource&, const HookContext& context, json::Value* object,
                     const json::Value*) const override {
    if (context.name_space.empty()) return {};
    if (!namespaces_.wait_until_read(waits_.first_read)) {
      return forbidden(context, object, kNotReady);
    }
    std::string phase = namespaces_.phase(context.name_space, waits_.appearance);
    if (phase.empty()) {
      auto asked = namespaces_.ask_phase(context.name_space, clock_.now() + waits_.answer);
      if (!asked) return std::move(asked).error();
      phase = std::move(*asked);
    }
    if (phase != "Terminating") return {};
    Error error = forbidden(context, object,
                            "unable to create new content in namespace " + context.name_space +
                                " because it is being terminated");
    error.details.causes.push_back({"NamespaceTerminating",
                                    "namespace " + context.name_space + " is being terminated",
                                    "metadata.namespace"});
    return error;
  }

 private:
  const Namespaces& namespaces_;
  const util::Clock& clock_;
  const NamespaceWaits waits_;
};

}  // namespace

PluginPtr make_namespace_lifecycle(const Namespaces& namespaces, const util::Clock& clock,
                                   NamespaceWaits waits) {
  return std::make_shared<NamespaceLifecycle>(namespaces, clock, waits);
}

}  // namespace annex::admission
