#include "annex/auth/cluster_trust.h"

#include <algorithm>
#include <utility>

#include "annex/json/read.h"
#include "annex/kube/watch.h"

namespace annex::auth {
namespace {

constexpr const char* kConfigmaps = "/api/v1/namespaces/kube-system/configmaps";
constexpr const char* kName = "extension-apiserver-authentication";
constexpr std::chrono::seconds kReadTime{10};
/// A watch ends itself before its silence would be taken for a broken connection.
constexpr const char* kWatchSeconds = "25";

std::string selected() {
  return std::string(kConfigmaps) + "?fieldSelector=metadata.name%3D" + kName;
}

Result<Trust> build(const TrustTexts& texts) {
  Trust trust;
  if (!texts.client_ca_pem.empty()) {
    Result<tls::CaPool> pool = tls::CaPool::from_pem(texts.client_ca_pem);
    if (!pool) return pool.error();
    trust.client_roots = std::move(*pool);
    trust.client_ca_pem = texts.client_ca_pem;
  }
  if (!texts.front_proxy_ca_pem.empty()) {
    Result<tls::CaPool> pool = tls::CaPool::from_pem(texts.front_proxy_ca_pem);
    if (!pool) return pool.error();
    trust.front_proxy =
        FrontProxyTrust{std::move(*pool),  texts.allowed_names, texts.username_headers,
                        texts.uid_headers, texts.group_headers, texts.extra_prefixes};
    trust.client_ca_pem += "\n" + texts.front_proxy_ca_pem;
  }
  return trust;
}

}  // namespace

ClusterTrust::ClusterTrust(std::shared_ptr<kube::Client> client, ClusterTrustOptions options,
                           util::Clock& clock, util::Random& random, util::Logger& logger)
    : client_(std::move(client)),
      options_(std::move(options)),
      clock_(clock),
      random_(random),
      logger_(logger),
      trust_(std::make_shared<const Trust>()) {
  if (!options_.own_client_ca || !options_.own_front_proxy) {
    not_ready_ = "configmap/extension-apiserver-authentication has not been read yet";
  }
}

ClusterTrust::~ClusterTrust() { stop(); }

std::shared_ptr<const Trust> ClusterTrust::current() const {
  const util::MutexLock lock(mutex_);
  return trust_;
}

std::optional<std::string> ClusterTrust::not_ready() const {
  const util::MutexLock lock(mutex_);
  return not_ready_;
}

Result<void> ClusterTrust::apply(const TrustTexts& texts) {
  std::shared_ptr<const Trust> changed;
  {
    const util::MutexLock lock(mutex_);
    if (texts == texts_) return {};
    Result<Trust> built = build(texts);
    if (!built) return built.error();
    built->generation = trust_->generation + 1;
    texts_ = texts;
    trust_ = std::make_shared<const Trust>(std::move(*built));
    changed = trust_;
  }
  if (options_.on_change) options_.on_change(*changed);
  return {};
}

Result<void> ClusterTrust::set_client_ca(const std::string& pem) {
  TrustTexts texts;
  {
    const util::MutexLock lock(mutex_);
    texts = texts_;
  }
  texts.client_ca_pem = pem;
  return apply(texts);
}

Result<void> ClusterTrust::set_front_proxy(const TrustTexts& given) {
  TrustTexts texts = given;
  {
    const util::MutexLock lock(mutex_);
    texts.client_ca_pem = texts_.client_ca_pem;
  }
  return apply(texts);
}

void ClusterTrust::take_configmap(const json::Value& configmap) {
  TrustTexts before;
  {
    const util::MutexLock lock(mutex_);
    before = texts_;
  }
  std::vector<std::string> complaints;
  TrustTexts texts = read_configmap(configmap, before, complaints);
  if (options_.own_front_proxy) {
    const std::string client_ca = std::exchange(texts.client_ca_pem, {});
    texts = before;
    texts.client_ca_pem = client_ca;
  }
  if (options_.own_client_ca) texts.client_ca_pem = before.client_ca_pem;
  for (const std::string& complaint : complaints) {
    logger_.warning(complaint + "; what was known before stays");
  }
  if (const Result<void> applied = apply(texts); !applied) {
    logger_.error("The authentication configmap cannot be used: " + applied.error().message);
  }
}

ClusterTrust::Read ClusterTrust::read_list(std::string& resource_version) {
  kube::Call call;
  call.path = selected();
  const auto answer = client_->call(call, clock_.now() + kReadTime);
  if (!answer) {
    failed(0, answer.error().message);
    return Read::kFailed;
  }
  if (answer->status == 403) return Read::kForbidden;
  const auto list = json::parse(answer->body);
  const json::Value* const items = list ? list->find("items") : nullptr;
  if (answer->status != 200 || !items || !items->is_array()) {
    failed(answer->status, kube::told_by(*answer));
    return Read::kFailed;
  }
  for (const json::Value& item : items->as_array()) {
    if (item.at_string({"metadata", "name"}) == kName) take_configmap(item);
  }
  resource_version = list->at_string({"metadata", "resourceVersion"});
  succeeded();
  return Read::kDone;
}

ClusterTrust::Read ClusterTrust::read_one() {
  kube::Call call;
  call.path = std::string(kConfigmaps) + "/" + kName;
  const auto answer = client_->call(call, clock_.now() + kReadTime);
  if (!answer) {
    failed(0, answer.error().message);
    return Read::kFailed;
  }
  const auto configmap = json::parse(answer->body);
  if (answer->status == 200 && configmap) {
    take_configmap(*configmap);
  } else if (answer->status != 404) {
    failed(answer->status, kube::told_by(*answer));
    return answer->status == 403 ? Read::kForbidden : Read::kFailed;
  }
  succeeded();
  return Read::kDone;
}

/// False if watching is denied.
bool ClusterTrust::watch(const std::string& resource_version) {
  int status = 0;
  kube::watch(
      *client_,
      selected() + "&watch=true&allowWatchBookmarks=true&timeoutSeconds=" + kWatchSeconds +
          "&resourceVersion=" + resource_version,
      [this](const std::string& type, const json::Value& object) {
        if ((type == "ADDED" || type == "MODIFIED") &&
            object.at_string({"metadata", "name"}) == kName) {
          take_configmap(object);
        }
      },
      &status);
  return status != 403;
}

util::Duration ClusterTrust::refresh() {
  std::string resource_version;
  const Read listed = read_list(resource_version);
  if (listed == Read::kDone) {
    const util::TimePoint begin = clock_.now();
    if (!watch(resource_version)) return options_.poll_interval;
    // A watch that ends at once must not make a busy loop.
    constexpr std::chrono::seconds kShort{1};
    return clock_.now() - begin < kShort ? kShort : util::Duration::zero();
  }
  if (listed == Read::kForbidden && read_one() == Read::kDone) return options_.poll_interval;
  return back_off();
}

void ClusterTrust::succeeded() {
  const util::MutexLock lock(mutex_);
  if (!told_.empty()) logger_.info("Read configmap/extension-apiserver-authentication again");
  not_ready_.reset();
  told_.clear();
  failures_ = 0;
}

void ClusterTrust::failed(int status, const std::string& reason) {
  if (client_->stopped()) return;
  const std::string line =
      status == 403 ? missing_role_binding(reason)
                    : "Unable to get configmap/extension-apiserver-authentication in kube-system";
  const util::MutexLock lock(mutex_);
  ++failures_;
  // What was read once stays good, and with it the readiness.
  if (not_ready_) not_ready_ = line + ": " + reason;
  if (options_.tolerate && not_ready_) {
    not_ready_.reset();
    logger_.warning("Error looking up in-cluster authentication configuration: " + reason);
    logger_.warning(
        "Continuing without authentication configuration. This may treat all requests as "
        "anonymous.");
    logger_.warning(
        "To require authentication configuration lookup to succeed, set "
        "--authentication-tolerate-lookup-failure=false");
  }
  if (told_ == line) return;
  told_ = line;
  logger_.error(line, {{"reason", reason}});
}

util::Duration ClusterTrust::back_off() {
  int failures = 0;
  {
    const util::MutexLock lock(mutex_);
    failures = failures_;
  }
  // Forbidden is mended by a person, who wants to see the effect soon.
  constexpr std::chrono::milliseconds kFirst{500};
  constexpr std::chrono::milliseconds kLongest{10000};
  const auto wait = std::min(kLongest, kFirst * (1 << std::clamp(failures - 1, 0, 5)));
  return wait +
         std::chrono::milliseconds(random_.below(static_cast<std::uint64_t>(wait.count() / 5 + 1)));
}

bool ClusterTrust::wait(util::Duration limit) {
  const util::TimePoint until = clock_.now() + limit;
  const util::MutexLock lock(mutex_);
  while (!stopped_) {
    const util::TimePoint now = clock_.now();
    if (now >= until) return true;
    wake_.wait_for(mutex_, until - now);
  }
  return false;
}

void ClusterTrust::start() {
  if (!client_ || (options_.own_client_ca && options_.own_front_proxy)) return;
  thread_ = std::thread([this] {
    while (wait(refresh())) {
    }
  });
}

void ClusterTrust::stop() {
  {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
  }
  if (client_) client_->stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace annex::auth
