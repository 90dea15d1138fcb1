#include "annex/server/adapt_hooks.h"

#include "annex/schema/carry_through.h"

namespace annex::detail {

Result<void> ConversionForms::finish(const json::Value& document, const json::Value& shown,
                                     json::Value& result) const {
  FieldErrors errors;
  schema::carry_through(form->types, {source, document, shown, target, result}, errors);
  if (!errors.empty()) {
    return schema::invalid(group, kind, document.at_string({"metadata", "name"}), errors);
  }
  schema::NormalizeReport report;
  return schema::normalize(form->types, target, result, report);
}

void adapt_renames(const FormPtr& form, schema::Renames renames, registry::Version& version) {
  const auto shared = std::make_shared<const schema::Renames>(std::move(renames));
  const auto convert = [form](schema::TypeId target, auto move) {
    return [form, target, move](json::Value document) -> Result<json::Value> {
      move(document);
      schema::NormalizeReport report;
      const Result<void> normal = schema::normalize(form->types, target, document, report);
      if (!normal) return normal.error();
      return document;
    };
  };
  version.to_hub =
      convert(*form->hub, [shared](json::Value& document) { shared->to_hub(document); });
  version.from_hub =
      convert(version.type, [shared](json::Value& document) { shared->from_hub(document); });
}

}  // namespace annex::detail
