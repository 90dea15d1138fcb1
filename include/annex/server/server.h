// Server: an API server as a value in a program. Describe what it serves, start it, stop it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "annex/http/service.h"
#include "annex/server/client.h"
#include "annex/server/lister.h"
#include "annex/server/metrics.h"
#include "annex/server/options.h"
#include "annex/server/resource_builder.h"
#include "annex/server/served.h"
#include "annex/server/virtual_kind.h"

namespace annex {

/// One API group of a server. A light handle; lives no longer than its server.
class Group {
 public:
  /// Serves objects of `Hub` under `plural`. `hooks` is any object whose members are hooks (see
  /// hooks.h); it is called from many threads at once. Complete it with at least one version.
  template <typename Hub, typename Hooks = NoHooks>
  ResourceBuilder<Hub, Hooks> resource(std::string plural, std::string kind, Hooks hooks = {}) {
    detail::ResourceDraft& draft = add(std::move(plural), std::move(kind));
    return ResourceBuilder<Hub, Hooks>(draft, std::make_shared<Hooks>(std::move(hooks)));
  }

  /// Serves objects that are not stored but come from functions of the program, to be read and
  /// watched. Of the hooks only those for reading are used: columns and selectable_fields.
  template <typename Hub, typename Hooks = NoHooks>
  ResourceBuilder<Hub, Hooks> virtual_resource(std::string plural, std::string kind,
                                               Virtual<Hub> source, Hooks hooks = {}) {
    detail::ResourceDraft& draft = add(std::move(plural), std::move(kind));
    draft.resource.source = detail::adapt_source(std::move(source));
    return ResourceBuilder<Hub, Hooks>(draft, std::make_shared<Hooks>(std::move(hooks)));
  }

  /// Serves an imperative resource: objects are created to be answered, as reviews are, and are not
  /// kept. `answer` is `Hub answer(const Hub& question)`; it may take a `const HookContext&` first
  /// and may return a Result<Hub>. Called from many threads at once, after the hooks.
  template <typename Hub, typename Answer, typename Hooks = NoHooks>
  ResourceBuilder<Hub, Hooks> review(std::string plural, std::string kind, Answer answer,
                                     Hooks hooks = {}) {
    detail::ResourceDraft& draft = add(std::move(plural), std::move(kind));
    draft.resource.answer = detail::adapt_answer<Hub>(std::move(answer));
    return ResourceBuilder<Hub, Hooks>(draft, std::make_shared<Hooks>(std::move(hooks)));
  }

  /// Serves a resource that is described at run time. Its group is this one.
  Group& resource(registry::Resource resource);
  /// The order in which versions are preferred; without it the order in which they were given.
  Group& prefer(std::vector<std::string> versions);

 private:
  friend class Server;
  Group(detail::ServerDraft& server, std::string name) : server_(&server), name_(std::move(name)) {}
  detail::ResourceDraft& add(std::string plural, std::string kind);

  detail::ServerDraft* server_;
  std::string name_;
};

/// An API server. Describe it from one thread, then start it; several may live in one process.
/// start, drain, stop and the destructor belong to one thread, whichever; all else to any while it
/// runs.
class Server {
 public:
  /// `name` is shown in logs, in certificates and by `--version`.
  explicit Server(std::string name);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// An API group, such as "bakery.example.com"; the same one if it was asked for before.
  Group group(std::string name);
  /// A store that this binary knows, besides memory; the first is its default.
  Server& store(StoreKind kind);
  /// Who calls and may they, besides what the options bring.
  Server& authenticate(auth::AuthenticatorPtr authenticator);
  /// As above.
  Server& authorize(auth::AuthorizerPtr authorizer);
  /// An admission plugin, asked after those given before it, and before the hooks of resources.
  Server& admission(admission::PluginPtr plugin);
  /// Serves a path of the program's own, such as "/healthy-ovens"; one that ends with a slash
  /// serves all below it that has no longer one. Told in `/`.
  Server& handle(std::string path, PathHandler handler);
  /// Is asked by /readyz, and by /livez if it says so.
  Server& check(HealthCheck check);
  /// Goes on while the server runs.
  Server& task(Task task);
  /// What /metrics tells, which a program may add its own series to. Lives as long as the server.
  Metrics& metrics();
  /// Reads and writes its objects in this process, see Client, as `user`: for hooks, tasks, and
  /// whatever else the process does. May be asked for before the resource is described, and may
  /// outlive the server.
  template <typename T>
  Client<T> client(request::UserInfo user = in_process_user()) const {
    return Client<T>(detail::RawClient(access(), typeid(T), std::move(user)));
  }
  /// Reads its objects from memory, see Lister; as above.
  template <typename T>
  Lister<T> lister() const {
    return Lister<T>(std::make_shared<detail::ListerState>(
        access(), typeid(T), [](const json::Value& object) -> detail::ListerState::Object {
          Result<T> decoded = schema::decode<T>(object);
          return decoded ? std::make_shared<const T>(std::move(*decoded)) : nullptr;
        }));
  }
  /// `system:apiserver`, as upstream's server calls itself.
  static request::UserInfo in_process_user();
  /// The title and version of the OpenAPI documents.
  Server& api_title(std::string title, std::string version);
  /// What `--version` and `/version` say, such as "v1.2.3".
  Server& version(std::string text);

  /// Each as it was made with; callers may be known without a cluster or --standalone.
  const std::string& name() const;
  const std::string& version() const;
  bool has_authenticator() const;
  /// Puts what its description serves into an empty registry. BadRequest as from start().
  Result<void> describe(registry::Registry& registry) const;
  /// The names of its admission plugins, in their order.
  std::vector<std::string> admission_plugins() const;
  /// The known stores, the default first.
  std::vector<StoreKind> stores() const;
  /// What its description serves. BadRequest: what is wrong with the description, as from start().
  Result<std::vector<ServedGroup>> served() const;
  /// What can be done with what its stores keep; each name once.
  std::vector<StoreCommand> store_commands() const;
  /// Does it with the store that `wanted` and `folder` say, as ServerOptions do. BadRequest: there
  /// is no such store, it has no such command, or what the command says.
  Result<std::string> run_store_command(const std::string& command, const std::string& wanted,
                                        const std::string& folder, const std::string& argument,
                                        Environment environment) const;

  /// Opens the store, fills the caches, binds the port and serves. On an error nothing runs and the
  /// server can be started again. BadRequest: something about the description or the options is
  /// wrong, in a sentence that says what. ServiceUnavailable: the port or the store cannot be had.
  Result<void> start(ServerOptions options, Environment environment);
  /// The bound port; 0 if there is none.
  std::uint16_t port() const;
  /// What the port serves. Requires: started.
  http::Service& service();
  /// Follows lost stores again and probes the store, as is done regularly by itself.
  void mend();
  /// Says "not ready", waits for the shutdown delay, ends watches, closes the port and lets running
  /// requests finish until the drain limit. Idempotent.
  void drain();
  /// Requests that have not been answered: after a drain, those that hang.
  std::size_t running_requests() const;
  /// Ends a wait for the shutdown delay. Any thread.
  void hurry();
  /// Drains without delay if that has not been done, ends everything and joins all threads.
  /// Idempotent. Afterwards the server can be started again.
  void stop();

 private:
  class Running;
  const detail::AccessPtr& access() const;

  std::unique_ptr<detail::ServerDraft> draft_;
  std::unique_ptr<Running> running_;
};

}  // namespace annex
