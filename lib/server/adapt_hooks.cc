#include "annex/server/adapt_hooks.h"

#include "annex/schema/carry_through.h"

namespace annex::detail {

bool ConversionForms::has_unheld(const json::Value& document) const {
  return schema::has_unheld(form->types, source, document);
}

Result<void> ConversionForms::finish(const json::Value& document, const json::Value& shown,
                                     json::Value& result) const {
  FieldErrors errors;
  schema::carry_through(form->types, {source, document, shown, target, result}, errors);
  if (!errors.empty()) {
    return schema::invalid(group, kind, document.at_string({"metadata", "name"}), errors);
  }
  return {};
}

void adapt_renames(schema::Renames renames, registry::Version& version) {
  const auto shared = std::make_shared<const schema::Renames>(std::move(renames));
  version.to_hub = [shared](json::Value document) -> Result<json::Value> {
    shared->to_hub(document);
    return document;
  };
  version.from_hub = [shared](json::Value document) -> Result<json::Value> {
    shared->from_hub(document);
    return document;
  };
}

}  // namespace annex::detail
