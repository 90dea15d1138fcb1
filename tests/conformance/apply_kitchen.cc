#include "tests/conformance/apply_kitchen.h"

#include <algorithm>
#include <stdexcept>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/meta/object_meta.h"
#include "annex/schema/describe.h"
#include "schema/field_set.h"

namespace annex::conformance {
namespace {

const std::string kGroup = "bakery.example.com/";

std::string path_of(const std::string& version) {
  return "/apis/" + kGroup + version + "/namespaces/default/loaves/x";
}

registry::Resource make_loaves(const Menu& menu) {
  auto types = std::make_shared<schema::TypeTable>();
  const auto metadata = schema::describe_type<meta::ObjectMeta>(*types, "Meta");
  registry::Resource resource;
  resource.group = "bakery.example.com";
  resource.plural = "loaves";
  resource.singular = "loaf";
  resource.kind = "Loaf";
  resource.hub_type = schema::bakery::loaf(*types, menu.variant, metadata);
  resource.types = types;
  for (const char* name : {"v2", "v1"}) {
    registry::Version version;
    version.name = name;
    version.type = resource.hub_type;
    version.served = menu.v1_served || std::string(name) != "v1";
    resource.versions.push_back(std::move(version));
  }
  resource.strategy.status_subresource = menu.status;
  resource.strategy.unconditional_update = true;
  return resource;
}

json::Value parsed(const std::string& text) {
  auto value = json::parse(text);
  if (!value) throw std::runtime_error(value.error().message + ": " + text);
  return std::move(*value);
}

}  // namespace

void Kitchen::reopen(const Menu& menu) {
  std::vector<registry::Resource> resources;
  resources.push_back(make_loaves(menu));
  server.serve(std::move(resources));
}

Answer Kitchen::apply(const std::string& manager, const std::string& spec, bool force,
                      const std::string& version) {
  return apply_document(manager, "\"spec\":" + spec, force ? "&force=true" : "", version);
}

Answer Kitchen::apply_document(const std::string& manager, const std::string& members,
                               const std::string& query, const std::string& version) {
  json::Value document = parsed("{" + members + "}");
  document.as_object().set("apiVersion", kGroup + version);
  document.as_object().set("kind", "Loaf");
  json::Value& metadata = document.as_object()["metadata"];
  if (metadata.is_null()) metadata = json::Object();
  metadata.as_object().set("name", "x");
  return server.patch(path_of(version) + "?fieldManager=" + manager + query, kApply,
                      json::write(document));
}

Answer Kitchen::update(const std::string& manager, const std::string& spec,
                       const std::string& version) {
  Answer live = server.get(path_of(version));
  if (live.status == 404) {
    const std::string path = path_of(version);
    return server.post(path.substr(0, path.size() - 2) + "?fieldManager=" + manager,
                       R"({"metadata":{"name":"x"},"spec":)" + spec + "}");
  }
  live.body.as_object().set("spec", parsed(spec));
  return server.put(path_of(version) + "?fieldManager=" + manager, live.body);
}

Answer Kitchen::put(const std::string& manager, const json::Value& object,
                    const std::string& subresource) {
  return server.put(path_of("v1") + subresource + "?fieldManager=" + manager, object);
}

Answer Kitchen::get() { return server.get(path_of("v2")); }

std::string Kitchen::spec() {
  const Answer answer = get();
  const json::Value* spec = answer.body.find("spec");
  if (spec == nullptr) return "absent";
  json::Value sorted = *spec;
  if (sorted.is_object()) {
    std::sort(sorted.as_object().begin(), sorted.as_object().end(),
              [](const json::Member& a, const json::Member& b) { return a.name < b.name; });
  }
  return json::write(sorted);
}

std::string Kitchen::owners() {
  const Answer answer = get();
  const json::Value* metadata = answer.body.find("metadata");
  const json::Value* entries = metadata == nullptr ? nullptr : metadata->find("managedFields");
  if (entries == nullptr) return "nobody";
  std::vector<std::string> lines;
  for (const json::Value& entry : entries->as_array()) {
    std::string line = entry.at_string({"manager"});
    if (entry.at_string({"operation"}) == "Update") line += "(Update)";
    line += ":";
    auto fields = schema::FieldSet::read(*entry.find("fieldsV1"));
    if (!fields) throw std::runtime_error(fields.error().message);
    for (const std::string& path : fields->shown()) {
      line += " " + (path.rfind(".spec.", 0) == 0 ? path.substr(5) : path);
    }
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

json::Value Kitchen::entry(const std::string& manager) {
  const Answer answer = get();
  const json::Value* metadata = answer.body.find("metadata");
  const json::Value* entries = metadata == nullptr ? nullptr : metadata->find("managedFields");
  if (entries == nullptr) return {};
  for (const json::Value& entry : entries->as_array()) {
    if (entry.at_string({"manager"}) == manager) return entry;
  }
  return {};
}

std::vector<std::string> conflicts(const Answer& answer) {
  std::vector<std::string> found;
  const json::Value* details = answer.body.find("details");
  const json::Value* causes = details == nullptr ? nullptr : details->find("causes");
  if (answer.status != 409 || causes == nullptr) return {"no conflict: " + answer.text};
  for (const json::Value& cause : causes->as_array()) {
    found.push_back(cause.at_string({"message"}) + ": " + cause.at_string({"field"}));
  }
  return found;
}

}  // namespace annex::conformance
