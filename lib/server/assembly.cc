#include "server/assembly.h"

#include <algorithm>
#include <utility>

#include "annex/storage/memory.h"

namespace annex::detail {
namespace {

std::string describe(const registry::Resource& resource) {
  return resource.plural + "." + resource.group;
}

void add_problem(std::string& problems, const std::string& problem) {
  if (!problems.empty()) problems += "; ";
  problems += problem;
}

}  // namespace

Result<void> fill_registry(const ServerDraft& draft, registry::Registry& registry) {
  std::string problems;
  if (draft.resources.empty()) {
    add_problem(problems, "the server has no resource: give a group one with resource<T>()");
  }
  for (const ResourceDraft& each : draft.resources) {
    for (const std::string& problem : each.problems) {
      add_problem(problems, describe(each.resource) + ": " + problem);
    }
    if (each.default_hook == ResourceDraft::DefaultHook::kUnused) {
      add_problem(problems,
                  describe(each.resource) +
                      ": the hook default_object takes the struct of none of its versions");
    }
    if (!each.problems.empty()) continue;
    registry::Resource resource = each.resource;
    if (each.form) {
      resource.types = std::shared_ptr<const schema::TypeTable>(each.form, &each.form->types);
      resource.hub_type = each.form->hub.value_or(0);
    }
    if (const Result<void> added = registry.add(std::move(resource)); !added) {
      add_problem(problems, describe(each.resource) + ": " + added.error().message);
    }
  }
  for (const auto& preference : draft.preferences) {
    registry.prefer(preference.first, preference.second);
  }
  if (!problems.empty()) return Error::bad_request(problems);
  return {};
}

std::vector<StoreKind> known_stores(const ServerDraft& draft) {
  std::vector<StoreKind> kinds = draft.stores;
  StoreKind memory;
  memory.name = "memory";
  memory.open = [](const std::string& location,
                   Environment environment) -> Result<std::unique_ptr<storage::Store>> {
    if (!location.empty()) {
      return Error::bad_request("the memory store has no location, but was given " + location);
    }
    return storage::make_memory_store({}, environment.clock, environment.random);
  };
  kinds.push_back(std::move(memory));
  return kinds;
}

Result<StorePlace> find_store(const ServerDraft& draft, const std::string& wanted,
                              const std::string& folder) {
  const std::size_t colon = wanted.find(':');
  const std::string name = wanted.substr(0, colon);
  std::string names;
  for (StoreKind& kind : known_stores(draft)) {
    if (!wanted.empty() && kind.name != name) {
      names += (names.empty() ? "" : ", ") + kind.name;
      continue;
    }
    std::string location = colon == std::string::npos ? "" : wanted.substr(colon + 1);
    if (location.empty() && !kind.file.empty()) {
      if (folder.empty()) {
        return Error::bad_request("the store " + kind.name +
                                  " needs a place: --store=" + kind.name + ":PATH");
      }
      location = folder + "/" + kind.file;
    }
    return StorePlace{std::move(kind), std::move(location)};
  }
  return Error::bad_request("there is no store \"" + name + "\": this server knows " + names);
}

std::vector<StoreCommand> known_commands(const ServerDraft& draft) {
  std::vector<StoreCommand> commands;
  for (const StoreKind& kind : known_stores(draft)) {
    for (const StoreCommand& command : kind.commands) {
      const bool known =
          std::any_of(commands.begin(), commands.end(),
                      [&](const StoreCommand& other) { return other.name == command.name; });
      if (!known) commands.push_back(command);
    }
  }
  return commands;
}

Result<std::string> run_store_command(const ServerDraft& draft, const CommandRun& run,
                                      Environment environment) {
  Result<StorePlace> place = find_store(draft, run.wanted, run.folder);
  if (!place) return place.error();
  for (const StoreCommand& command : place->kind.commands) {
    if (command.name == run.command) {
      return command.run(place->location, run.argument, environment);
    }
  }
  return Error::bad_request("the store " + place->kind.name + " knows no " + run.command);
}

Result<std::unique_ptr<storage::Store>> open_store(const ServerDraft& draft,
                                                   const ServerOptions& options,
                                                   Environment environment) {
  Result<StorePlace> place = find_store(draft, options.store, options.folder);
  if (!place) return place.error();
  const bool keeps = std::any_of(
      draft.resources.begin(), draft.resources.end(),
      [](const ResourceDraft& each) { return !each.resource.source && !each.resource.answer; });
  if (keeps && options.store.empty() && place->kind.name == "memory") {
    environment.logger.warning(
        "Objects are kept in memory and are lost when the process ends; --store chooses another "
        "store");
  }
  return place->kind.open(place->location, environment);
}

Result<auth::AuthenticatorPtr> join_authenticators(const ServerDraft& draft,
                                                   const ServerOptions& options,
                                                   RunningDelegation* delegation) {
  std::vector<auth::AuthenticatorPtr> all = options.authenticators;
  if (delegation != nullptr) {
    for (auth::AuthenticatorPtr& each : delegation->authenticators()) {
      all.push_back(std::move(each));
    }
  }
  all.insert(all.end(), draft.authenticators.begin(), draft.authenticators.end());
  if (all.empty()) {
    return Error::bad_request(
        "nothing tells who calls, so that nobody could be let in: start with --standalone DIR, "
        "which makes certificates, a token and a kubeconfig in DIR, or give the server an "
        "authenticator");
  }
  return auth::make_union(std::move(all));
}

Result<auth::AuthorizerPtr> join_authorizers(const ServerDraft& draft, const ServerOptions& options,
                                             RunningDelegation* delegation) {
  Result<auth::AuthorizerPtr> paths = auth::make_allowed_paths(options.always_allowed_paths);
  if (!paths) return paths.error();
  std::vector<auth::AuthorizerPtr> all = {auth::make_privileged_groups(options.privileged_groups),
                                          std::move(*paths)};
  all.insert(all.end(), options.authorizers.begin(), options.authorizers.end());
  // The user's own come before the reviews, which cost a call.
  all.insert(all.end(), draft.authorizers.begin(), draft.authorizers.end());
  if (delegation != nullptr) {
    for (auth::AuthorizerPtr& each : delegation->authorizers()) all.push_back(std::move(each));
  }
  return auth::make_union(std::move(all));
}

}  // namespace annex::detail
