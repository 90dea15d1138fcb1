#include "handlers/routing.h"

#include <algorithm>
#include <optional>

#include "annex/json/write.h"
#include "annex/meta/names.h"

namespace annex::handlers {
namespace {

Error no_route() {
  return Error::generic(Reason::kNotFound, "the server could not find the requested resource");
}

Error no_method() {
  return Error::generic(Reason::kMethodNotAllowed,
                        "the server does not allow this method on the requested resource");
}

std::optional<Verb> item_verb(const std::string& method, bool subresource) {
  if (method == "GET") return Verb::kGet;
  if (method == "PUT") return Verb::kUpdate;
  if (method == "PATCH") return Verb::kPatch;
  if (method == "DELETE" && !subresource) return Verb::kRemove;
  return std::nullopt;
}

/// `across` is a namespaced resource asked for without a namespace: only to be read.
std::optional<Verb> collection_verb(const std::string& method, const std::string& verb,
                                    bool across) {
  if (method == "GET") return verb == "watch" ? Verb::kWatch : Verb::kList;
  if (across) return std::nullopt;
  if (method == "POST") return Verb::kCreate;
  if (method == "DELETE") return Verb::kRemoveCollection;
  return std::nullopt;
}

/// Virtual resources are only read, imperative ones only asked.
bool allows(const registry::Resource& resource, Verb verb) {
  if (resource.answer) return verb == Verb::kCreate;
  return !resource.source || verb == Verb::kGet || verb == Verb::kList || verb == Verb::kWatch;
}

}  // namespace

Result<Route> find_route(const registry::Registry& registry, const request::RequestInfo& info,
                         const std::string& method) {
  Route route;
  route.resource = registry.find(info.group, info.version, info.resource);
  if (route.resource == nullptr || info.verb == "proxy") return no_route();
  route.version = route.resource->find_version(info.version);
  // The name that a selector requires is no part of the path.
  const bool named = info.parts.size() > 1;
  const bool across = route.resource->namespaced() && info.name_space.empty();
  if (!route.resource->namespaced() && !info.name_space.empty()) return no_route();
  std::optional<Verb> verb;
  if (info.verb_in_path) {
    if (info.parts.size() > 2 || (named && across)) return no_route();
    if (method != "GET") return no_method();
    verb = Verb::kWatch;
  } else if (!named) {
    verb = collection_verb(method, info.verb, across);
  } else {
    if (across || info.parts.size() > 3) return no_route();
    const bool subresource = info.parts.size() > 2;
    if (subresource && route.resource->subresource_verbs(info.subresource).empty()) {
      return no_route();
    }
    route.part = subresource ? route.resource->find_part(info.subresource) : nullptr;
    verb = item_verb(method, subresource);
    if (route.part != nullptr) {
      const auto& verbs = route.part->verbs;
      if (std::find(verbs.begin(), verbs.end(), info.verb) == verbs.end()) return no_method();
      verb = Verb::kGet;
    }
  }
  if (!verb || (route.part == nullptr && !allows(*route.resource, *verb))) return no_method();
  route.verb = *verb;
  if (named) {
    const auto wrong = meta::check_path_segment(info.name);
    if (info.name.empty()) return Error::bad_request("name must be provided");
    if (!wrong.empty()) {
      std::string message = "Name parameter invalid: " + json::quoted(info.name) + ": ";
      for (std::size_t i = 0; i < wrong.size(); ++i) message += (i == 0 ? "" : ";") + wrong[i];
      return Error::bad_request(std::move(message));
    }
  }
  return route;
}

}  // namespace annex::handlers
