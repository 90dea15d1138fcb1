#include "annex/server/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "annex/admission/chain.h"
#include "annex/admission/namespace_lifecycle.h"
#include "annex/discovery/documents.h"
#include "annex/handlers/handlers.h"
#include "annex/registry/backend.h"
#include "annex/transport/listener.h"
#include "annex/util/mutex.h"
#include "server/access.h"
#include "server/assembly.h"
#include "server/delegation.h"
#include "server/health.h"
#include "server/metered_store.h"
#include "server/metrics_page.h"
#include "server/pipeline.h"
#include "server/serving_reload.h"
#include "server/tasks.h"

namespace annex {
namespace {

/// Where the server says that it is; a port that is yet to be chosen cannot be told.
std::string told_address(const ServerOptions& options) {
  if (!options.listen || options.port == 0) return {};
  std::string host = options.bind_address;
  if (host == "0.0.0.0" || host == "::") host.clear();
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return host + ":" + std::to_string(options.port);
}

discovery::DocumentsOptions document_options(const detail::ServerDraft& draft,
                                             const ServerOptions& settings,
                                             const detail::Health& health,
                                             const detail::Paths& paths) {
  discovery::DocumentsOptions options;
  options.server_address = told_address(settings);
  options.title = draft.api_title.empty() ? draft.name : draft.api_title;
  options.version = draft.version;
  options.api_version = draft.api_version;
  options.paths = health.paths();
  for (std::string& path : paths.names()) options.paths.push_back(std::move(path));
  return options;
}

/// Paths that are no resource and are told apart by what is counted.
std::vector<std::string> counted_paths(std::vector<std::string> own) {
  own.insert(own.end(), {"/", "/api", "/apis", "/openapi/v2", "/openapi/v3", "/version"});
  return own;
}

}  // namespace

/// Everything that exists only while the server runs. Its members are destroyed from the last to
/// the first: whoever uses something comes after it.
class Server::Running {
 public:
  Running(ServerOptions options, Environment environment, detail::AccessPtr access)
      : options_(std::move(options)),
        environment_(environment),
        access_(std::move(access)),
        tasks_(environment.logger) {}
  ~Running() { stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  Result<void> start(const detail::ServerDraft& draft);
  std::uint16_t port() const { return listener_ ? listener_->port() : std::uint16_t{0}; }
  http::Service& service() { return *pipeline_; }
  std::size_t running() const { return pipeline_ ? pipeline_->running() : 0; }
  void mend();
  void drain();
  void hurry();
  void stop();

 private:
  Result<void> make_admission(const detail::ServerDraft& draft);
  Result<void> open_backends(const detail::ServerDraft& draft);
  Result<void> listen();
  Result<void> make_paths(const detail::ServerDraft& draft);
  void keep_mending();
  /// True if the whole of `limit` passed without a call of hurry.
  bool wait(util::Duration limit);

  const ServerOptions options_;
  const Environment environment_;
  const detail::AccessPtr access_;
  detail::Paths paths_;
  std::unique_ptr<detail::Health> health_;
  registry::Registry registry_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<registry::Backends> backends_;
  std::unique_ptr<admission::Namespaces> namespaces_;
  std::unique_ptr<admission::Chain> admission_;
  std::unique_ptr<handlers::Handlers> handlers_;
  std::unique_ptr<discovery::Documents> documents_;
  std::unique_ptr<detail::RunningDelegation> delegation_;
  std::unique_ptr<detail::RequestMetrics> request_metrics_;
  std::unique_ptr<detail::MetricsPage> metrics_page_;
  std::unique_ptr<detail::Pipeline> pipeline_;
  std::unique_ptr<transport::Listener> listener_;
  std::unique_ptr<detail::ServingReload> reload_;
  detail::Tasks tasks_;
  std::thread mender_;
  util::Mutex mutex_;
  util::CondVar wake_;
  bool hurried_ ANNEX_GUARDED_BY(mutex_) = false;
  bool mending_over_ ANNEX_GUARDED_BY(mutex_) = false;
  bool drained_ = false;
};

Result<void> Server::Running::start(const detail::ServerDraft& draft) {
  if (Result<void> filled = detail::fill_registry(draft, registry_); !filled) return filled;
  if (Result<void> made = make_paths(draft); !made) return made;
  std::vector<HealthCheck> checks = draft.checks;
  checks.insert(checks.end(), options_.checks.begin(), options_.checks.end());
  health_ = std::make_unique<detail::Health>(environment_.logger, std::move(checks));
  if (options_.delegation) {
    delegation_ = std::make_unique<detail::RunningDelegation>(*options_.delegation, environment_,
                                                              *draft.metrics);
  }
  Result<auth::AuthenticatorPtr> authenticator =
      detail::join_authenticators(draft, options_, delegation_.get());
  if (!authenticator) return authenticator.error();
  Result<auth::AuthorizerPtr> authorizer =
      detail::join_authorizers(draft, options_, delegation_.get());
  if (!authorizer) return authorizer.error();
  const discovery::DocumentsOptions documents = document_options(draft, options_, *health_, paths_);
  documents_ = std::make_unique<discovery::Documents>(registry_, documents, environment_.clock);
  request_metrics_ = std::make_unique<detail::RequestMetrics>(draft.metrics, registry_,
                                                              counted_paths(documents.paths));
  if (Result<void> opened = open_backends(draft); !opened) return opened;
  if (Result<void> made = make_admission(draft); !made) return made;
  handlers::HandlersOptions handling;
  handling.admission = admission_.get();
  handling.count_watch_events = [metrics = draft.metrics](const registry::Resource& resource,
                                                          const registry::Version& version) {
    const Metrics::Counter events = metrics->counter(
        "apiserver_watch_events_total", "Events that watches sent.",
        {{"group", resource.group}, {"version", version.name}, {"resource", resource.plural}});
    return [events](std::size_t sent) { events.add(static_cast<double>(sent)); };
  };
  handling.post = [this](std::function<void()> task) { return pipeline_->post(std::move(task)); };
  handlers_ = std::make_unique<handlers::Handlers>(registry_, *backends_, environment_.clock,
                                                   environment_.random, environment_.logger,
                                                   std::move(handling));
  pipeline_ = std::make_unique<detail::Pipeline>(
      detail::PipelineParts{*documents_, *handlers_, *health_, paths_, std::move(*authenticator),
                            std::move(*authorizer), environment_, *request_metrics_,
                            detail::GateMetrics(*draft.metrics)},
      options_);
  metrics_page_ = std::make_unique<detail::MetricsPage>(
      *draft.metrics, registry_, *backends_, draft.version,
      [this](detail::FairQueue::Kind kind) { return pipeline_->running(kind); });
  const auto place = detail::find_store(draft, options_.store, options_.folder);
  if (place && !place->kind.file.empty()) {
    metrics_page_->watch_file(place->kind.name + "-0", place->location);
  }
  if (options_.listen) {
    if (Result<void> listening = listen(); !listening) return listening;
  }
  if (options_.mend_interval > util::Duration::zero()) {
    mender_ = std::thread([this] { keep_mending(); });
  }
  health_->set_started();
  access_->open({draft, registry_, *backends_, *handlers_, environment_});
  tasks_.start(draft.tasks);
  documents_->wait();
  return {};
}

Result<void> Server::Running::make_admission(const detail::ServerDraft& draft) {
  std::vector<admission::PluginPtr> known = draft.plugins;
  if (options_.namespaces) {
    namespaces_ = std::make_unique<admission::Namespaces>(options_.namespaces, environment_.clock,
                                                          environment_.random, environment_.logger);
    known.insert(known.begin(),
                 admission::make_namespace_lifecycle(*namespaces_, environment_.clock));
  }
  Result<std::vector<admission::PluginPtr>> plugins = admission::choose(known, options_.admission);
  if (!plugins) return plugins.error();
  const bool follows =
      std::any_of(plugins->begin(), plugins->end(), [](const admission::PluginPtr& plugin) {
        return plugin->name() == admission::kNamespaceLifecycle;
      });
  if (follows) namespaces_->start();
  admission_ = std::make_unique<admission::Chain>(std::move(*plugins));
  return {};
}

Result<void> Server::Running::make_paths(const detail::ServerDraft& draft) {
  Result<detail::Paths> paths = detail::Paths::make(draft.paths);
  if (!paths) return paths.error();
  paths_ = std::move(*paths);
  paths_.add_own("/metrics", [this](const request::Context&, const http::Request& request) {
    return metrics_page_->answer(request);
  });
  return {};
}

Result<void> Server::Running::open_backends(const detail::ServerDraft& draft) {
  Result<std::unique_ptr<storage::Store>> store = detail::open_store(draft, options_, environment_);
  if (!store) return store.error();
  store_ = std::make_unique<detail::MeteredStore>(std::move(*store), draft.metrics, registry_,
                                                  environment_.clock);
  registry::BackendOptions options;
  options.cache = options_.watch_cache;
  backends_ = std::make_unique<registry::Backends>(registry_, *store_, environment_.clock,
                                                   environment_.logger, options);
  return backends_->start();
}

Result<void> Server::Running::listen() {
  transport::ListenerOptions listening;
  listening.bind_address = options_.bind_address;
  listening.port = options_.port;
  listening.io_threads = options_.io_threads;
  listening.certificates.certificate_pem = options_.certificate_pem;
  listening.certificates.key_pem = options_.key_pem;
  listening.certificates.client_ca_pem = options_.client_ca_pem;
  listening.certificates.sni = options_.sni_certificates;
  listening.share_port = options_.share_port;
  listening.tls = options_.tls;
  listening.limits = options_.limits;
  for (const std::string& name : options_.tls.cipher_suites) {
    if (transport::is_secure_cipher(name)) continue;
    environment_.logger.warning("Use of insecure cipher '" + name + "' detected.");
  }
  transport::ServingCertificates served = listening.certificates;
  Result<std::unique_ptr<transport::Listener>> listener =
      transport::Listener::open(listening, *pipeline_, environment_.clock, environment_.logger);
  if (!listener) {
    Error error = listener.error();
    error.message = "cannot serve on " + options_.bind_address + ", port " +
                    std::to_string(options_.port) + ": " + error.message;
    return error;
  }
  listener_ = std::move(*listener);
  if (options_.read_certificates) {
    reload_ = std::make_unique<detail::ServingReload>(
        std::move(served), options_.read_certificates,
        [this](const transport::ServingCertificates& fresh) { return listener_->reload(fresh); },
        environment_.logger);
    reload_->start(options_.certificate_interval);
  }
  return options_.on_listening ? options_.on_listening(listener_->port()) : Result<void>();
}

void Server::Running::mend() {
  if (options_.delegation && options_.delegation->refresh) options_.delegation->refresh();
  if (const Result<void> mended = backends_->mend(); !mended) {
    health_->set_storage_failure(mended.error().message);
    return;
  }
  const storage::StoreResult<storage::Revision> revision = store_->current_revision();
  health_->set_storage_failure(revision ? std::string() : revision.error().message);
}

void Server::Running::keep_mending() {
  while (true) {
    {
      const util::MutexLock lock(mutex_);
      if (!mending_over_) wake_.wait_for(mutex_, options_.mend_interval);
      if (mending_over_) return;
    }
    mend();
  }
}

bool Server::Running::wait(util::Duration limit) {
  const util::TimePoint until = environment_.clock.now() + limit;
  const util::MutexLock lock(mutex_);
  while (!hurried_) {
    const util::TimePoint now = environment_.clock.now();
    if (now >= until) return true;
    wake_.wait_for(mutex_, until - now);
  }
  return false;
}

void Server::Running::hurry() {
  const util::MutexLock lock(mutex_);
  hurried_ = true;
  wake_.notify_all();
}

void Server::Running::drain() {
  if (std::exchange(drained_, true)) return;
  if (health_) health_->set_stopping();
  tasks_.ask_to_stop();
  if (options_.shutdown_delay > util::Duration::zero()) wait(options_.shutdown_delay);
  if (pipeline_) pipeline_->refuse_new();
  // Watches would hold the drain until its limit; their clients resume elsewhere.
  if (backends_) backends_->stop();
  if (listener_) listener_->drain(environment_.clock.now() + options_.drain_limit);
}

void Server::Running::stop() {
  hurry();
  drain();
  {
    const util::MutexLock lock(mutex_);
    mending_over_ = true;
    wake_.notify_all();
  }
  tasks_.stop();
  if (mender_.joinable()) mender_.join();
  if (reload_) reload_->stop();
  if (listener_) listener_->stop();
  if (delegation_) delegation_->stop();
  if (namespaces_) namespaces_->stop();
  if (pipeline_) pipeline_->close();
  access_->close();
}

Server::Server(std::string name) : draft_(std::make_unique<detail::ServerDraft>()) {
  draft_->name = std::move(name);
  draft_->metrics = detail::make_metrics();
  draft_->access = std::make_shared<detail::Access>();
}

Server::~Server() { stop(); }

Group Server::group(std::string name) { return Group(*draft_, std::move(name)); }

Server& Server::store(StoreKind kind) {
  draft_->stores.push_back(std::move(kind));
  return *this;
}

Server& Server::authenticate(auth::AuthenticatorPtr authenticator) {
  draft_->authenticators.push_back(std::move(authenticator));
  return *this;
}

Server& Server::authorize(auth::AuthorizerPtr authorizer) {
  draft_->authorizers.push_back(std::move(authorizer));
  return *this;
}

Server& Server::admission(admission::PluginPtr plugin) {
  draft_->plugins.push_back(std::move(plugin));
  return *this;
}

Server& Server::handle(std::string path, PathHandler handler) {
  draft_->paths.emplace_back(std::move(path), std::move(handler));
  return *this;
}

Server& Server::check(HealthCheck check) {
  draft_->checks.push_back(std::move(check));
  return *this;
}

Server& Server::task(Task task) {
  draft_->tasks.push_back(std::move(task));
  return *this;
}

request::UserInfo Server::in_process_user() {
  return {"system:apiserver", "", {"system:masters"}, {}};
}

const detail::AccessPtr& Server::access() const { return draft_->access; }

Metrics& Server::metrics() { return *draft_->metrics; }

Server& Server::api_title(std::string title, std::string version) {
  draft_->api_title = std::move(title);
  draft_->api_version = std::move(version);
  return *this;
}

Server& Server::version(std::string text) {
  draft_->version = std::move(text);
  return *this;
}

const std::string& Server::name() const { return draft_->name; }
const std::string& Server::version() const { return draft_->version; }
bool Server::has_authenticator() const { return !draft_->authenticators.empty(); }

Result<void> Server::describe(registry::Registry& registry) const {
  return detail::fill_registry(*draft_, registry);
}

std::vector<std::string> Server::admission_plugins() const {
  std::vector<std::string> names = {admission::kNamespaceLifecycle};
  for (const admission::PluginPtr& plugin : draft_->plugins) names.push_back(plugin->name());
  return names;
}

std::vector<StoreCommand> Server::store_commands() const { return detail::known_commands(*draft_); }

Result<std::string> Server::run_store_command(const std::string& command, const std::string& wanted,
                                              const std::string& folder,
                                              const std::string& argument,
                                              Environment environment) const {
  return detail::run_store_command(*draft_, {command, wanted, folder, argument}, environment);
}

Result<void> Server::start(ServerOptions options, Environment environment) {
  if (running_) return Error::bad_request("the server is running");
  auto running = std::make_unique<Running>(std::move(options), environment, draft_->access);
  if (Result<void> started = running->start(*draft_); !started) return started;
  running_ = std::move(running);
  return {};
}

std::uint16_t Server::port() const { return running_ ? running_->port() : std::uint16_t{0}; }
http::Service& Server::service() { return running_->service(); }
std::size_t Server::running_requests() const { return running_ ? running_->running() : 0; }

void Server::mend() {
  if (running_) running_->mend();
}
void Server::drain() {
  if (running_) running_->drain();
}
void Server::hurry() {
  if (running_) running_->hurry();
}
void Server::stop() { running_.reset(); }

}  // namespace annex
