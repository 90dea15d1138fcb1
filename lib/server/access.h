// Access: how code in this process gets at a server while it runs.
#pragma once

#include <memory>
#include <optional>
#include <typeindex>

#include "annex/handlers/handlers.h"
#include "annex/registry/backend.h"
#include "annex/registry/resource.h"
#include "annex/server/access.h"
#include "annex/server/draft.h"
#include "annex/server/options.h"
#include "annex/util/mutex.h"

namespace annex::detail {

/// What there is behind a running server. All of it lives until the access is closed.
struct AccessParts {
  const ServerDraft& draft;
  const registry::Registry& registry;
  registry::Backends& backends;
  const handlers::Handlers& handlers;
  Environment environment;
};

/// The resource, version and backend that belong to a struct.
struct TypedResource {
  const registry::Resource& resource;
  const registry::Version& version;
  registry::Backend& backend;
};

/// Opened by a server that has started, closed by one that stops; any thread.
class Access {
 public:
  /// Keeps the parts alive while it lives.
  class Visit {
   public:
    Visit(Visit&& other) noexcept : access_(std::exchange(other.access_, nullptr)) {}
    Visit& operator=(Visit&&) = delete;
    ~Visit();
    const AccessParts& operator*() const;
    const AccessParts* operator->() const { return &**this; }
    /// Tells one run of the server from another.
    std::uint64_t run() const;

   private:
    friend class Access;
    explicit Visit(Access& access) : access_(&access) {}
    Access* access_;
  };

  void open(AccessParts parts);
  /// Lets nobody in any more and waits until all have left. Idempotent. Not from within a visit.
  void close();
  /// Nothing while the server does not run.
  std::optional<Visit> enter();

 private:
  util::Mutex mutex_;
  util::CondVar left_;
  std::optional<AccessParts> parts_;  ///< changed only while nobody visits
  bool is_open_ ANNEX_GUARDED_BY(mutex_) = false;
  std::size_t visits_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::uint64_t run_ = 0;  ///< as parts_
};

/// BadRequest: no resource has a version of the struct, or more than one has.
Result<TypedResource> find_typed(const AccessParts& parts, std::type_index type);
Error not_running();

}  // namespace annex::detail
