// The trust that a cluster publishes in kube-system's configmap extension-apiserver-authentication.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "annex/auth/trust.h"
#include "annex/json/value.h"
#include "annex/kube/client.h"
#include "annex/util/logger.h"
#include "annex/util/mutex.h"

namespace annex::auth {

/// A trust as texts: what it is made of and compared by. A value.
struct TrustTexts {
  std::string client_ca_pem{};                  ///< empty: no client certificates
  std::string front_proxy_ca_pem{};             ///< empty: no front proxy
  std::vector<std::string> allowed_names{};     ///< JSON list of common names
  std::vector<std::string> username_headers{};  ///< JSON list
  std::vector<std::string> uid_headers{};       ///< JSON list
  std::vector<std::string> group_headers{};     ///< JSON list
  std::vector<std::string> extra_prefixes{};    ///< JSON list

  bool operator==(const TrustTexts&) const = default;
};

/// How the trust that a cluster publishes is followed.
struct ClusterTrustOptions {
  /// Ready although the configmap cannot be read (`--authentication-tolerate-lookup-failure`).
  bool tolerate = false;
  /// The client CA comes from elsewhere, the configmap's is ignored (`--client-ca-file`).
  bool own_client_ca = false;
  /// The same for all that concerns the front proxy (`--requestheader-client-ca-file`).
  bool own_front_proxy = false;
  /// Called after each change with the new state, on the thread that made it.
  std::function<void(const Trust&)> on_change{};
  util::Duration poll_interval = std::chrono::seconds(60);  ///< where a watch is denied
};

/// Follows the configmap by list and watch, by polling where these are denied; asks for nothing
/// but this one object. What was once good stays until something good replaces it: an absent or
/// damaged key, an absent configmap and a silent cluster change nothing. Owned by the server; it
/// owns one thread between start() and stop(). Any thread.
class ClusterTrust final : public TrustSource {
 public:
  /// All that is passed outlives it. `client` may be null if both parts come from elsewhere.
  ClusterTrust(std::shared_ptr<kube::Client> client, ClusterTrustOptions options,
               util::Clock& clock, util::Random& random, util::Logger& logger);
  ~ClusterTrust() override;

  std::shared_ptr<const Trust> current() const override;
  /// Nothing once the configmap was read, or found absent, or its absence is tolerated; else why
  /// not.
  std::optional<std::string> not_ready() const;
  /// Replaces the client CA (the front proxy's part) by what was read elsewhere. BadRequest, and
  /// nothing changes, if the CA cannot be used.
  Result<void> set_client_ca(const std::string& pem);
  /// As above, the part of the front proxy.
  Result<void> set_front_proxy(const TrustTexts& texts);

  /// Follows on a thread of its own until stop(), which also stops the client. stop() is
  /// idempotent.
  void start();
  /// Ends it, from any thread.
  void stop();
  /// One round on the caller's thread: reads, then watches until the watch ends. How long to wait
  /// before the next.
  util::Duration refresh();

 private:
  enum class Read { kDone, kForbidden, kFailed };

  Read read_list(std::string& resource_version);
  Read read_one();
  bool watch(const std::string& resource_version);
  void take_configmap(const json::Value& configmap);
  Result<void> apply(const TrustTexts& texts);
  void succeeded();
  void failed(int status, const std::string& reason);
  bool wait(util::Duration limit);
  util::Duration back_off();

  const std::shared_ptr<kube::Client> client_;
  const ClusterTrustOptions options_;
  util::Clock& clock_;
  util::Random& random_;
  util::Logger& logger_;
  mutable util::Mutex mutex_;
  util::CondVar wake_;
  TrustTexts texts_ ANNEX_GUARDED_BY(mutex_);
  std::shared_ptr<const Trust> trust_ ANNEX_GUARDED_BY(mutex_);
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
  std::optional<std::string> not_ready_ ANNEX_GUARDED_BY(mutex_);
  std::string told_ ANNEX_GUARDED_BY(mutex_){};  ///< the failure that is in the log already
  int failures_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

/// What the configmap's keys say, over what was known before; a line for each key that is damaged.
TrustTexts read_configmap(const json::Value& configmap, const TrustTexts& before,
                          std::vector<std::string>& complaints);
/// The line for the log, and the reason for `/readyz`, if reading is forbidden: which RoleBinding
/// is missing, and the command that creates it for the user whom the server's `message` names.
std::string missing_role_binding(const std::string& message);

}  // namespace annex::auth
