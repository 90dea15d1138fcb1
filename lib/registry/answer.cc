#include "registry/answer.h"

#include <utility>

#include "registry/object.h"
#include "registry/write_rules.h"

namespace annex::registry {

Result<ItemPtr> answer(const Codec& codec, const WriteRequest& request, json::Value question) {
  const Resource& resource = codec.resource();
  const Strategy& strategy = resource.strategy;
  const HookContext& hooks = request.hooks;
  if (auto done = admit(resource, request, &question, nullptr); !done) {
    return std::move(done).error();
  }
  if (strategy.prepare_create) strategy.prepare_create(hooks, question);
  schema::FieldErrors errors;
  validate_by_schema(resource, question, nullptr, errors);
  if (strategy.validate) strategy.validate(hooks, question, errors);
  const std::string name = meta_text(question, "name");
  if (!errors.empty()) return schema::invalid(resource.group, resource.kind, name, errors);
  if (strategy.warnings) {
    for (const std::string& text : strategy.warnings(hooks, question, nullptr)) request.warn(text);
  }
  if (auto done = validate_admission(resource, request, &question, nullptr); !done) {
    return std::move(done).error();
  }
  auto given = resource.answer(hooks, std::move(question));
  if (!given) return std::move(given).error();
  if (!given->is_object()) return Error::internal("the answer is no object");
  metadata(*given).erase("resourceVersion");
  return codec.make_item(relative_key({request.key.name_space, name}), 0, *given,
                         answered_in(resource, request));
}

}  // namespace annex::registry
