// NamespaceLifecycle: no new object in a namespace that is not there, or is being removed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "annex/admission/plugin.h"
#include "annex/kube/client.h"
#include "annex/util/logger.h"
#include "annex/util/mutex.h"
#include "annex/util/random.h"

namespace annex::admission {

constexpr const char* kNamespaceLifecycle = "NamespaceLifecycle";

/// The namespaces of a Kubernetes API and the phase of each, followed by list and watch on a thread
/// of its own. Owned by the running server; any thread, but for start and stop.
class Namespaces {
 public:
  /// What is given outlives it.
  Namespaces(std::shared_ptr<kube::Client> client, util::Clock& clock, util::Random& random,
             util::Logger& logger);
  ~Namespaces();
  Namespaces(const Namespaces&) = delete;
  Namespaces& operator=(const Namespaces&) = delete;

  /// Begins to follow the namespaces, in a thread of its own. Once.
  void start();
  /// Ends the thread, its calls and every wait. Idempotent.
  void stop();

  /// Waits, at most so long on the machine's clock, until the namespaces have been read once.
  bool wait_until_read(util::Duration limit) const;
  /// The phase ("Active", "Terminating"), waited for like that; empty if it is not known of.
  std::string phase(const std::string& name, util::Duration limit) const;
  /// Asks the API itself. NotFound as the API words it, else Internal with the cause.
  Result<std::string> ask_phase(const std::string& name, util::TimePoint deadline) const;

  /// One round on the caller's thread: lists if need be, then watches until the watch ends. How
  /// long to wait before the next. start() repeats it; for tests without a thread.
  util::Duration follow();

 private:
  bool list();
  util::Duration back_off();
  void take(const std::string& type, const json::Value& object);
  void failed(int status, const std::string& reason);
  bool wait(util::Duration limit);

  const std::shared_ptr<kube::Client> client_;
  util::Clock& clock_;
  util::Random& random_;
  util::Logger& logger_;
  mutable util::Mutex mutex_;
  mutable util::CondVar changed_;
  std::map<std::string, std::string> phases_ ANNEX_GUARDED_BY(mutex_);
  bool read_ ANNEX_GUARDED_BY(mutex_) = false;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
  int failures_ ANNEX_GUARDED_BY(mutex_) = 0;
  /// Where the next watch begins; empty: after a list. Of the thread that follows.
  std::string resume_{};
  std::thread thread_;
};

/// How long what NamespaceLifecycle asks for is waited for, on the machine's clock.
struct NamespaceWaits {
  util::Duration first_read = std::chrono::seconds(10);  ///< for the list at the start
  /// A namespace that was made this moment may not have been told of yet.
  util::Duration appearance = std::chrono::milliseconds(50);
  util::Duration answer = std::chrono::seconds(10);  ///< of the API
};

/// Upstream's plugin of that name (apiserver `pkg/admission/plugin/namespace/lifecycle`): refuses
/// creations in namespaces that do not exist (404) or are being terminated (403). `namespaces` and
/// `clock` outlive it.
PluginPtr make_namespace_lifecycle(const Namespaces& namespaces, const util::Clock& clock,
                                   NamespaceWaits waits = {});

}  // namespace annex::admission
