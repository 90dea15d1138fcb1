// From what was said about a server to what it is made of.
#pragma once

#include <memory>
#include <string>

#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/registry/resource.h"
#include "annex/server/draft.h"
#include "annex/storage/store.h"

namespace annex::detail {

/// Fills an empty registry. BadRequest for a description that cannot be served: all that is wrong,
/// one sentence each.
Result<void> fill_registry(const ServerDraft& draft, registry::Registry& registry);

/// The stores that a server knows, the default first.
std::vector<StoreKind> known_stores(const ServerDraft& draft);
/// Opens what `--store` says, or the default with a warning if that forgets. BadRequest: unknown.
Result<std::unique_ptr<storage::Store>> open_store(const ServerDraft& draft,
                                                   const std::string& wanted,
                                                   Environment environment);

/// All that tell who calls. BadRequest: nobody does.
Result<auth::AuthenticatorPtr> join_authenticators(const ServerDraft& draft,
                                                   const ServerOptions& options);
Result<auth::AuthorizerPtr> join_authorizers(const ServerDraft& draft,
                                             const ServerOptions& options);

}  // namespace annex::detail
