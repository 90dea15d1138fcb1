#include "annex/testing/fake_kubernetes.h"

#include <algorithm>
#include <future>
#include <stdexcept>
#include <utility>

#include "annex/json/write.h"
#include "annex/server/server.h"
#include "annex/util/mutex.h"
#include "server/line_reader.h"
#include "testing/core_kinds.h"

namespace annex::testing {
namespace {

std::string path_of(const std::string& target) { return target.substr(0, target.find('?')); }

bool is_or_any(const std::string& rule, const std::string& value) {
  return rule == "*" || rule == value;
}

}  // namespace

/// Shared by the fake and its clients.
class FakeKubernetes::Cluster {
 public:
  struct Rule {
    std::string user{};
    std::string verb{};
    std::string what{};
  };

  explicit Cluster(util::Clock& clock) : clock_(clock) {
    core::add_kinds(
        server_, [this](const std::string& token) { return user_of(token); },
        [this](const core::Question& question) { return allows(question); });
    ServerOptions options;
    options.listen = false;
    options.worker_threads = 4;
    options.mend_interval = {};
    options.store = "memory";
    options.authenticators.push_back(
        auth::make_static_tokens({{"in-process", {"system:admin", "", {"system:masters"}, {}}}}));
    const Result<void> started = server_.start(std::move(options), {clock_, random_, logger_});
    if (!started) throw std::runtime_error(started.error().message);
    subscription_ = clock_.on_jump([this] {
      const util::MutexLock lock(mutex_);
      changed_.notify_all();
    });
  }
  ~Cluster() { subscription_.reset(); }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  Server& server() { return server_; }
  const util::Clock& clock() const { return clock_; }

  void add_token(const std::string& token, request::UserInfo user) {
    const util::MutexLock lock(mutex_);
    tokens_[token] = std::move(user);
  }
  void allow(Rule rule) {
    const util::MutexLock lock(mutex_);
    rules_.push_back(std::move(rule));
  }
  void be(Mood mood) {
    const util::MutexLock lock(mutex_);
    mood_ = mood;
    changed_.notify_all();
  }
  void stop_clients() {
    const util::MutexLock lock(mutex_);
    changed_.notify_all();
  }

  std::size_t calls(const std::string& path) const {
    const util::MutexLock lock(mutex_);
    return count(path);
  }
  bool wait_for_calls(std::size_t wanted, const std::string& path) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const util::MutexLock lock(mutex_);
    while (count(path) < wanted) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= util::Duration::zero()) return false;
      changed_.wait_for(mutex_, left);
    }
    return true;
  }

  /// Notes a call, and waits while the cluster stalls. The mood in which it is to be answered.
  Result<Mood> admit(const std::string& path, util::TimePoint deadline,
                     const std::function<bool()>& is_stopped) {
    const util::MutexLock lock(mutex_);
    calls_.push_back(path);
    changed_.notify_all();
    while (mood_ == Mood::kStall) {
      if (is_stopped()) return Error::unavailable("the client was stopped");
      if (clock_.now() >= deadline) {
        Error late;
        late.reason = Reason::kTimeout;
        late.message = "the deadline passed";
        return late;
      }
      changed_.wait_for(mutex_, std::chrono::milliseconds(100));
    }
    return mood_;
  }

 private:
  std::size_t count(const std::string& path) const ANNEX_REQUIRES(mutex_) {
    if (path.empty()) return calls_.size();
    return static_cast<std::size_t>(std::count(calls_.begin(), calls_.end(), path));
  }

  std::optional<request::UserInfo> user_of(const std::string& token) const {
    const util::MutexLock lock(mutex_);
    const auto found = tokens_.find(token);
    if (found == tokens_.end()) return std::nullopt;
    return found->second;
  }

  bool allows(const core::Question& question) const {
    const util::MutexLock lock(mutex_);
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
      const auto& names = question.names;
      const bool is_user =
          rule.user == "*" || std::find(names.begin(), names.end(), rule.user) != names.end();
      return is_user && is_or_any(rule.verb, question.verb) && is_or_any(rule.what, question.what);
    });
  }

  util::Clock& clock_;
  util::SystemRandom random_;
  util::NullLogger logger_;
  std::shared_ptr<void> subscription_;
  mutable util::Mutex mutex_;
  mutable util::CondVar changed_;
  Mood mood_ ANNEX_GUARDED_BY(mutex_) = Mood::kAnswer;
  std::vector<std::string> calls_ ANNEX_GUARDED_BY(mutex_);
  std::map<std::string, request::UserInfo> tokens_ ANNEX_GUARDED_BY(mutex_);
  std::vector<Rule> rules_ ANNEX_GUARDED_BY(mutex_);
  Server server_{"kubernetes"};  ///< stops before what its handlers ask
};

class FakeKubernetes::Connection final : public kube::Client {
 public:
  explicit Connection(std::shared_ptr<Cluster> cluster) : cluster_(std::move(cluster)) {}

  Result<kube::Answer> call(const kube::Call& call, util::TimePoint deadline) override {
    Result<http::Response> response = send(call, deadline);
    if (!response) return response.error();
    return kube::Answer{response->status, std::move(response->headers), response->body_text()};
  }

  Result<kube::Answer> stream(const std::string& path,
                              const std::function<bool(std::string_view)>& on_bytes) override {
    kube::Call call;
    call.path = path;
    Result<http::Response> response = send(call, util::TimePoint::max());
    if (!response) return response.error();
    auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response->body);
    if (source == nullptr) {
      return kube::Answer{response->status, std::move(response->headers), response->body_text()};
    }
    detail::LineReader reader(std::move(*source), cluster_->clock());
    while (!stopped_.stop_requested() && !reader.ended()) {
      const auto line = reader.next_line(std::chrono::hours(1), stopped_.get_token());
      if (line && !on_bytes(*line + "\n")) break;
    }
    return kube::Answer{200, {}, {}};
  }

  void stop() override {
    stopped_.request_stop();
    cluster_->stop_clients();
  }
  bool stopped() const override { return stopped_.stop_requested(); }

 private:
  Result<http::Response> send(const kube::Call& call, util::TimePoint deadline) {
    if (stopped()) return Error::unavailable("the client was stopped");
    const Result<Mood> mood =
        cluster_->admit(path_of(call.path), deadline, [this] { return stopped(); });
    if (!mood) return mood.error();
    if (*mood == Mood::kRefuse) return Error::unavailable("connection refused");
    http::Request request;
    request.method = call.method;
    Result<http::Target> target = http::parse_target(call.path);
    if (!target) return target.error();
    request.target = std::move(*target);
    request.headers.add("Authorization", "Bearer in-process");
    if (!call.body.empty()) request.headers.add("Content-Type", call.content_type);
    request.body = util::Bytes(call.body);
    request.protocol = "HTTP/1.1";
    request.received = cluster_->clock().now();
    auto answered = std::make_shared<std::promise<http::Response>>();
    std::future<http::Response> answer = answered->get_future();
    cluster_->server().service().serve(std::move(request), [answered](http::Response response) {
      answered->set_value(std::move(response));
    });
    http::Response response = answer.get();
    if (*mood != Mood::kDrop) return response;
    Error broken = Error::unavailable("connection reset by peer");
    broken.details.retry_after_seconds = 1;
    return broken;
  }

  const std::shared_ptr<Cluster> cluster_;
  std::stop_source stopped_;
};

FakeKubernetes::FakeKubernetes(util::Clock& clock) : cluster_(std::make_shared<Cluster>(clock)) {}
FakeKubernetes::~FakeKubernetes() { cluster_->server().stop(); }

void FakeKubernetes::add_token(const std::string& token, request::UserInfo user) {
  cluster_->add_token(token, std::move(user));
}

void FakeKubernetes::allow(const std::string& user, const std::string& verb,
                           const std::string& what) {
  cluster_->allow({user, verb, what});
}

void FakeKubernetes::set_configmap(const std::string& name_space, const std::string& name,
                                   const std::map<std::string, std::string>& data) {
  const auto client = cluster_->server().client<core::ConfigMap>();
  core::ConfigMap configmap;
  configmap.metadata.name = name;
  configmap.metadata.name_space = name_space;
  configmap.data = data;
  Result<core::ConfigMap> written = client.create(configmap);
  if (!written && written.error().reason == Reason::kAlreadyExists) {
    written = client.update(configmap);
  }
  if (!written) throw std::runtime_error(written.error().message);
}

void FakeKubernetes::add_namespace(const std::string& name) {
  core::Namespace made;
  made.metadata.name = name;
  const auto written = cluster_->server().client<core::Namespace>().create(made);
  if (!written) throw std::runtime_error(written.error().message);
}

void FakeKubernetes::be(Mood mood) { cluster_->be(mood); }
std::size_t FakeKubernetes::calls(const std::string& path) const { return cluster_->calls(path); }
bool FakeKubernetes::wait_for_calls(std::size_t count, const std::string& path) const {
  return cluster_->wait_for_calls(count, path);
}
std::shared_ptr<kube::Client> FakeKubernetes::client() {
  return std::make_shared<Connection>(cluster_);
}

void FakeKubernetes::delegate(ServerOptions& options) {
  Delegation delegation;
  delegation.authentication = client();
  delegation.authorization = client();
  options.delegation = std::move(delegation);
}

}  // namespace annex::testing
