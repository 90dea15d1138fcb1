// BanFlunder: the sample's admission plugin.
#pragma once

#include <annex/annex.h>

#include <string>

#include "v1alpha1.h"

namespace wardle {

/// Refuses new flunders of a name that some fischer disallows, as upstream's sample does.
class BanFlunder final : public annex::admission::Plugin {
 public:
  explicit BanFlunder(annex::Lister<v1alpha1::Fischer> fischers) : fischers_(std::move(fischers)) {}

  std::string name() const override { return "BanFlunder"; }
  bool handles(annex::Operation operation) const override {
    return operation == annex::Operation::kCreate;
  }
  annex::Result<void> admit(const annex::registry::Resource&, const annex::HookContext& context,
                            annex::json::Value* object, const annex::json::Value*) const override {
    if (context.kind != "Flunder" || context.kind_group != "wardle.example.com") return {};
    const std::string& wanted = object->at_string({"metadata", "name"});
    for (const auto& fischer : fischers_.list()) {
      for (const std::string& banned : fischer->disallowed_flunders) {
        if (banned != wanted) continue;
        return annex::admission::forbidden(
            context, object, "this name may not be used, please change the resource name");
      }
    }
    return {};
  }

 private:
  const annex::Lister<v1alpha1::Fischer> fischers_;
};

}  // namespace wardle
