// From what was said about a server to what it is made of.
#pragma once

#include <memory>
#include <string>

#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/registry/resource.h"
#include "annex/server/draft.h"
#include "annex/storage/store.h"
#include "server/delegation.h"

namespace annex::detail {

/// Fills an empty registry. BadRequest for a description that cannot be served: all that is wrong,
/// one sentence each.
Result<void> fill_registry(const ServerDraft& draft, registry::Registry& registry);

/// The stores that a server knows, the default first.
std::vector<StoreKind> known_stores(const ServerDraft& draft);
/// A kind of store, and where it is kept.
struct StorePlace {
  StoreKind kind{};
  std::string location{};
};
/// What "name:location" says, the default if it is empty, with a place in `folder` if it has none
/// of its own. BadRequest: unknown, or there is no place.
Result<StorePlace> find_store(const ServerDraft& draft, const std::string& wanted,
                              const std::string& folder);
/// What can be done with what the stores keep; each name once.
std::vector<StoreCommand> known_commands(const ServerDraft& draft);
struct CommandRun {
  std::string command{};
  std::string wanted{};
  std::string folder{};
  std::string argument{};
};
/// BadRequest: the store is not known or has no such command, or what the command says.
Result<std::string> run_store_command(const ServerDraft& draft, const CommandRun& run,
                                      Environment environment);
/// Opens what the options say, with a warning if it is the default and forgets.
Result<std::unique_ptr<storage::Store>> open_store(const ServerDraft& draft,
                                                   const ServerOptions& options,
                                                   Environment environment);

/// All that tell who calls; `delegation` may be null. BadRequest: nobody does.
Result<auth::AuthenticatorPtr> join_authenticators(const ServerDraft& draft,
                                                   const ServerOptions& options,
                                                   RunningDelegation* delegation);
Result<auth::AuthorizerPtr> join_authorizers(const ServerDraft& draft, const ServerOptions& options,
                                             RunningDelegation* delegation);

}  // namespace annex::detail
