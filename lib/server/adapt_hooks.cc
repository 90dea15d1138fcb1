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

}  // namespace annex::detail
