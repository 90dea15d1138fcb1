#include "server/request_metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "annex/util/mutex.h"

namespace annex::detail {
namespace {

const std::vector<double> kSeconds = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1,  1.25, 1.5, 2,
                                      3,     4,     5,    6,   8,   10,  15,  20,  30, 45,   60};
const std::vector<double> kSliSeconds = {0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1,  1.25, 1.5, 2, 3,
                                         4,    5,   6,   8,   10,  15,  20, 30,   45,  60};
const std::vector<double> kBytes = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/// Verbs of resources, and of paths that are none, as upstream's metrics spell them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kVerbs = {
    {{"get", "GET"},
     {"list", "LIST"},
     {"watch", "WATCH"},
     {"create", "POST"},
     {"post", "POST"},
     {"update", "PUT"},
     {"put", "PUT"},
     {"delete", "DELETE"},
     {"deletecollection", "DELETECOLLECTION"}}};
constexpr std::array<std::string_view, 5> kConnects = {"attach", "exec", "log", "portforward",
                                                       "proxy"};

std::string_view verb_of(const request::Context& context, const http::Request& request) {
  const request::RequestInfo& info = context.info;
  if (std::find(kConnects.begin(), kConnects.end(), info.subresource) != kConnects.end()) {
    return "CONNECT";
  }
  if (info.verb == "patch") {
    const std::string_view type = request.headers.first("Content-Type").value_or("");
    return type.find("application/apply-patch+") == 0 ? "APPLY" : "PATCH";
  }
  for (const auto& [verb, told] : kVerbs) {
    if (info.verb == verb) return told;
  }
  return "other";
}

std::string_view scope_of(const request::RequestInfo& info) {
  if (!info.is_resource) return {};
  if (!info.name.empty() || info.verb == "create") return "resource";
  return info.name_space.empty() ? "cluster" : "namespace";
}

std::string_view dry_run_of(const http::Request& request) {
  const std::vector<std::string_view> values = request.target.query.all("dryRun");
  const bool all =
      std::all_of(values.begin(), values.end(), [](auto each) { return each == "All"; });
  return values.empty() ? "" : all ? "All" : "invalid";
}

/// What all series of one kind of request have in common.
template <typename Text>
struct BasicKind {
  Text verb{};
  Text group{};
  Text version{};
  Text resource{};
  Text subresource{};
  Text scope{};
  Text dry_run{};
  bool lasts = false;  ///< a watch or an upgrade that was established

  auto rank() const {
    using View = std::string_view;
    return std::tuple(View(verb), View(group), View(version), View(resource), View(subresource),
                      View(scope), View(dry_run), lasts);
  }
};
using Kind = BasicKind<std::string>;
/// Of one request, which it looks at.
using KindOfRequest = BasicKind<std::string_view>;

struct ByRank {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const BasicKind<A>& a, const BasicKind<B>& b) const {
    return a.rank() < b.rank();
  }
};

Kind keep(const KindOfRequest& kind) {
  return {std::string(kind.verb),        std::string(kind.group),
          std::string(kind.version),     std::string(kind.resource),
          std::string(kind.subresource), std::string(kind.scope),
          std::string(kind.dry_run),     kind.lasts};
}

Metrics::Labels labels_of(const Kind& kind) {
  return {{"verb", kind.verb},         {"group", kind.group}, {"version", kind.version},
          {"resource", kind.resource}, {"scope", kind.scope}, {"subresource", kind.subresource},
          {"component", "apiserver"}};
}

}  // namespace

/// All series of requests that were asked for so far.
class RequestMetrics::Book {
 public:
  struct Series {
    Kind kind{};
    Metrics::Histogram seconds{};
    Metrics::Histogram own_seconds{};  ///< without the queue; not of dry runs
    Metrics::Histogram bytes{};
    Metrics::Gauge running{};
    std::map<int, Metrics::Counter> codes{};
  };

  Book(std::shared_ptr<Metrics> metrics, const registry::Registry& registry,
       const std::vector<std::string>& paths)
      : metrics_(std::move(metrics)), registry_(registry), paths_(paths.begin(), paths.end()) {}

  /// Its address does not change.
  Series& find(const request::Context& context, const http::Request& request, bool lasts) {
    KindOfRequest kind = kind_of(context, request);
    kind.lasts = lasts;
    const util::MutexLock lock(mutex_);
    auto found = series_.find(kind);
    if (found == series_.end()) {
      found = series_.try_emplace(keep(kind)).first;
      make(found->first, found->second);
    }
    return found->second;
  }

  void count(Series& series, int code) {
    const util::MutexLock lock(mutex_);
    const auto [found, is_new] = series.codes.try_emplace(code);
    if (is_new) {
      Metrics::Labels labels = labels_of(series.kind);
      labels.emplace("dry_run", series.kind.dry_run);
      labels.emplace("code", std::to_string(code));
      found->second = metrics_->counter(
          "apiserver_request_total",
          "Requests that were answered, by verb, dry run, what they were for, and code.", labels);
    }
    found->second.add();
  }

 private:
  KindOfRequest kind_of(const request::Context& context, const http::Request& request) const {
    const request::RequestInfo& info = context.info;
    KindOfRequest kind;
    kind.verb = verb_of(context, request);
    kind.scope = scope_of(info);
    if (!info.is_resource) {
      if (paths_.count(info.path) != 0) kind.subresource = info.path;
      return kind;
    }
    const registry::Resource* resource = registry_.find(info.group, info.version, info.resource);
    if (resource == nullptr) return kind;
    kind.group = info.group;
    kind.version = info.version;
    kind.resource = info.resource;
    kind.dry_run = dry_run_of(request);
    if (info.subresource.empty()) return kind;
    const std::vector<std::string> known = resource->subresources();
    if (std::find(known.begin(), known.end(), info.subresource) != known.end()) {
      kind.subresource = info.subresource;
    }
    return kind;
  }

  void make(const Kind& kind, Series& series) const {
    series.kind = kind;
    Metrics::Labels labels = labels_of(kind);
    if (kind.lasts) {
      series.running = metrics_->gauge("apiserver_longrunning_requests",
                                       "Watches and upgraded requests that go on.", labels);
      return;
    }
    if (kind.verb == "GET" || kind.verb == "LIST") {
      series.bytes = metrics_->histogram("apiserver_response_sizes",
                                         "Sizes of answers, as sent, in bytes.", kBytes, labels);
    }
    if (kind.dry_run.empty()) {
      series.own_seconds = metrics_->histogram(
          "apiserver_request_sli_duration_seconds",
          "Time from a request to its answer without that in the queue, in seconds.", kSliSeconds,
          labels);
    }
    labels.emplace("dry_run", kind.dry_run);
    series.seconds =
        metrics_->histogram("apiserver_request_duration_seconds",
                            "Time from a request to its answer, in seconds.", kSeconds, labels);
  }

  const std::shared_ptr<Metrics> metrics_;
  const registry::Registry& registry_;
  const std::set<std::string, std::less<>> paths_;
  util::Mutex mutex_;
  std::map<Kind, Series, ByRank> series_ ANNEX_GUARDED_BY(mutex_);
};

/// Counts one lasting request: as running while it exists, as answered when it goes.
class RequestMetrics::Lasting {
 public:
  Lasting(std::shared_ptr<Book> book, Book::Series& series, int code)
      : book_(std::move(book)), series_(series), code_(code) {
    series_.running.add(1);
  }
  ~Lasting() {
    series_.running.add(-1);
    book_->count(series_, code_);
  }
  Lasting(const Lasting&) = delete;
  Lasting& operator=(const Lasting&) = delete;

 private:
  const std::shared_ptr<Book> book_;
  Book::Series& series_;
  const int code_;
};

class RequestMetrics::LastingBody final : public http::BodySource {
 public:
  LastingBody(std::unique_ptr<http::BodySource> body, std::unique_ptr<Lasting> lasting)
      : lasting_(std::move(lasting)), body_(std::move(body)) {}
  void start(http::Waker waker) override { body_->start(std::move(waker)); }
  http::Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) override {
    return body_->pull(room, now, out);
  }
  std::optional<util::TimePoint> wake_at() const override { return body_->wake_at(); }

 private:
  const std::unique_ptr<Lasting> lasting_;
  const std::unique_ptr<http::BodySource> body_;
};

class RequestMetrics::LastingDuplex final : public http::Duplex {
 public:
  LastingDuplex(std::unique_ptr<http::Duplex> body, std::unique_ptr<Lasting> lasting)
      : lasting_(std::move(lasting)), body_(std::move(body)) {}
  void start(http::Waker waker) override { body_->start(std::move(waker)); }
  http::Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) override {
    return body_->pull(room, now, out);
  }
  std::optional<util::TimePoint> wake_at() const override { return body_->wake_at(); }
  bool receive(std::string_view bytes) override { return body_->receive(bytes); }
  void receive_end() override { body_->receive_end(); }

 private:
  const std::unique_ptr<Lasting> lasting_;
  const std::unique_ptr<http::Duplex> body_;
};

RequestMetrics::RequestMetrics(std::shared_ptr<Metrics> metrics, const registry::Registry& registry,
                               const std::vector<std::string>& paths)
    : book_(std::make_shared<Book>(std::move(metrics), registry, paths)) {}

void RequestMetrics::answered(const request::Context& context, const http::Request& request,
                              util::Duration took, util::Duration waited,
                              http::Response& response) {
  auto* upgrade = std::get_if<http::Upgrade>(&response.body);
  auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response.body);
  const bool lasts = upgrade != nullptr || (source != nullptr && context.info.verb == "watch");
  Book::Series& series = book_->find(context, request, lasts);
  if (!lasts) {
    book_->count(series, response.status);
    series.seconds.observe(std::chrono::duration<double>(took).count());
    series.own_seconds.observe(std::chrono::duration<double>(took - waited).count());
    if (const auto* bytes = std::get_if<util::Chunks>(&response.body)) {
      series.bytes.observe(static_cast<double>(bytes->size()));
    }
    return;
  }
  auto lasting = std::make_unique<Lasting>(book_, series, response.status);
  if (upgrade != nullptr) {
    upgrade->duplex =
        std::make_unique<LastingDuplex>(std::move(upgrade->duplex), std::move(lasting));
  } else {
    response.body = std::unique_ptr<http::BodySource>(
        std::make_unique<LastingBody>(std::move(*source), std::move(lasting)));
  }
}

}  // namespace annex::detail
