// A small kind, described, and resources of it in the group g.io.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annex/meta/object_meta.h"
#include "annex/registry/backend.h"
#include "annex/registry/resource.h"

namespace annex::test {

struct Thing {
  meta::ObjectMeta metadata{};
  std::string size{};
  friend void describe(schema::Object<Thing>& thing) {
    thing.field<&Thing::metadata>("metadata", "");
    thing.field<&Thing::size>("size", "");
  }
};

/// Serves `T` as `plural`, kind Thing, in each of the versions.
template <typename T = Thing>
registry::Resource thing(const std::string& plural, std::vector<std::string> versions = {"v1"}) {
  registry::Resource resource;
  resource.group = "g.io";
  resource.plural = plural;
  resource.kind = "Thing";
  auto types = std::make_shared<schema::TypeTable>();
  resource.hub_type = schema::describe_type<T>(*types, "io.g.T");
  resource.types = types;
  for (std::string& name : versions) {
    registry::Version version;
    version.name = std::move(name);
    version.type = resource.hub_type;
    resource.versions.push_back(std::move(version));
  }
  return resource;
}

/// Waits for what becomes of a change.
inline Result<registry::Committed> commit(registry::Backend& backend, registry::Change change) {
  std::promise<Result<registry::Committed>> promise;
  backend.commit(std::move(change), [&promise](Result<registry::Committed> result) {
    promise.set_value(std::move(result));
  });
  return promise.get_future().get();
}

}  // namespace annex::test
