#include <algorithm>
#include <utility>

#include "annex/admission/namespace_lifecycle.h"
#include "annex/http/uri.h"
#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/kube/watch.h"

namespace annex::admission {
namespace {

constexpr const char* kPath = "/api/v1/namespaces";
constexpr std::chrono::seconds kListTime{30};
/// A watch ends itself before its silence would be taken for a broken connection.
constexpr const char* kWatchSeconds = "25";
constexpr std::chrono::milliseconds kFirstWait{500};
constexpr std::chrono::milliseconds kLongestWait{10000};

/// A namespace is Active until something says otherwise, as the API server itself fills it in.
std::string phase_of(const json::Value& object) {
  const std::string& phase = object.at_string({"status", "phase"});
  return phase.empty() ? "Active" : phase;
}

}  // namespace

Namespaces::Namespaces(std::shared_ptr<kube::Client> client, util::Clock& clock,
                       util::Random& random, util::Logger& logger)
    : client_(std::move(client)), clock_(clock), random_(random), logger_(logger) {}

Namespaces::~Namespaces() { stop(); }

void Namespaces::start() {
  thread_ = std::thread([this] {
    while (wait(follow())) {
    }
  });
}

void Namespaces::stop() {
  {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  client_->stop();
  if (thread_.joinable()) thread_.join();
}

bool Namespaces::wait(util::Duration limit) {
  const util::TimePoint until = clock_.now() + limit;
  const util::MutexLock lock(mutex_);
  while (!stopped_) {
    const util::TimePoint now = clock_.now();
    if (now >= until) return true;
    changed_.wait_for(mutex_, until - now);
  }
  return false;
}

bool Namespaces::wait_until_read(util::Duration limit) const {
  const auto until = std::chrono::steady_clock::now() + limit;
  const util::MutexLock lock(mutex_);
  while (!read_ && !stopped_) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return false;
    changed_.wait_for(mutex_, until - now);
  }
  return read_;
}

std::string Namespaces::phase(const std::string& name, util::Duration limit) const {
  const auto until = std::chrono::steady_clock::now() + limit;
  const util::MutexLock lock(mutex_);
  for (;;) {
    const auto found = phases_.find(name);
    if (found != phases_.end()) return found->second;
    const auto now = std::chrono::steady_clock::now();
    if (now >= until || stopped_) return {};
    changed_.wait_for(mutex_, until - now);
  }
}

Result<std::string> Namespaces::ask_phase(const std::string& name, util::TimePoint deadline) const {
  kube::Call call;
  call.path = std::string(kPath) + "/" + http::percent_encode(name);
  const auto answer = client_->call(call, deadline);
  if (!answer) return Error::internal(answer.error().message);
  if (answer->status == 404) {
    Error error;
    error.reason = Reason::kNotFound;
    error.message = "namespaces " + json::quoted(name) + " not found";
    error.details.name = name;
    error.details.kind = "namespaces";
    return error;
  }
  const auto object = json::parse(answer->body);
  if (answer->status != 200 || !object) return Error::internal(kube::told_by(*answer));
  return phase_of(*object);
}

util::Duration Namespaces::follow() {
  if (resume_.empty() && !list()) return back_off();
  const util::TimePoint begin = clock_.now();
  const kube::WatchEnd end = kube::watch(
      *client_,
      std::string(kPath) + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=" + kWatchSeconds +
          "&resourceVersion=" + resume_,
      [this](const std::string& type, const json::Value& object) {
        const std::string& at = object.at_string({"metadata", "resourceVersion"});
        if (!at.empty()) resume_ = at;
        take(type, object);
      },
      nullptr);
  if (end != kube::WatchEnd::kOver) resume_.clear();
  // A watch that ends at once must not make a busy loop.
  constexpr std::chrono::seconds kShort{1};
  return clock_.now() - begin < kShort ? kShort : util::Duration::zero();
}

util::Duration Namespaces::back_off() {
  int failures = 0;
  {
    const util::MutexLock lock(mutex_);
    failures = failures_;
  }
  const auto wait = std::min(kLongestWait, kFirstWait * (1 << std::clamp(failures - 1, 0, 5)));
  return wait +
         std::chrono::milliseconds(random_.below(static_cast<std::uint64_t>(wait.count() / 5 + 1)));
}

bool Namespaces::list() {
  kube::Call call;
  call.path = kPath;
  const auto answer = client_->call(call, clock_.now() + kListTime);
  if (!answer) {
    failed(0, answer.error().message);
    return false;
  }
  const auto list = json::parse(answer->body);
  const json::Value* const items = list && list->is_object() ? list->find("items") : nullptr;
  if (answer->status != 200 || items == nullptr || !items->is_array()) {
    failed(answer->status, kube::told_by(*answer));
    return false;
  }
  std::map<std::string, std::string> phases;
  for (const json::Value& item : items->as_array()) {
    phases[item.at_string({"metadata", "name"})] = phase_of(item);
  }
  resume_ = list->at_string({"metadata", "resourceVersion"});
  const util::MutexLock lock(mutex_);
  if (failures_ != 0) logger_.info("The cluster's namespaces are read again");
  failures_ = 0;
  phases_ = std::move(phases);
  read_ = true;
  changed_.notify_all();
  return true;
}

void Namespaces::take(const std::string& type, const json::Value& object) {
  const std::string& name = object.at_string({"metadata", "name"});
  const util::MutexLock lock(mutex_);
  if (type == "DELETED") {
    phases_.erase(name);
  } else if (type == "ADDED" || type == "MODIFIED") {
    phases_[name] = phase_of(object);
    changed_.notify_all();
  }
}

void Namespaces::failed(int status, const std::string& reason) {
  if (client_->stopped()) return;
  const util::MutexLock lock(mutex_);
  if (failures_++ != 0) return;
  logger_.error(
      status == 403 || status == 401
          ? "Admission plugin NamespaceLifecycle cannot read the cluster's namespaces, so that "
            "creations are refused: grant this server get, list and watch of namespaces, or start "
            "it with --disable-admission-plugins=NamespaceLifecycle"
          : "Unable to list the cluster's namespaces",
      {{"reason", reason}});
}

}  // namespace annex::admission
