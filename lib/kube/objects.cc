#include "kube/objects.h"

#include <algorithm>
#include <utility>

#include "annex/http/uri.h"
#include "annex/json/read.h"
#include "annex/json/write.h"

namespace annex::kube {
namespace {

constexpr std::size_t kMaxDepth = 200;
/// What a proxy or a load balancer answers may be a page: its beginning says enough.
constexpr std::size_t kMaxText = 300;

using json::Member;
using json::Object;
using json::Value;

Result<Value> parse(const Answer& answer) {
  json::ReadOptions options;
  options.max_depth = kMaxDepth;
  Result<json::Document> document = json::read(answer.body, options);
  if (!document || !document->value.is_object()) {
    return Error::unavailable("the Kubernetes API answered with something that is no object");
  }
  return std::move(document->value);
}

Reason reason_of(int status, std::string_view told) {
  constexpr Reason kReasons[] = {Reason::kUnauthorized,     Reason::kForbidden,
                                 Reason::kNotFound,         Reason::kGone,
                                 Reason::kMethodNotAllowed, Reason::kAlreadyExists,
                                 Reason::kConflict,         Reason::kUnsupportedMediaType,
                                 Reason::kInvalid,          Reason::kExpired,
                                 Reason::kTooManyRequests,  Reason::kBadRequest,
                                 Reason::kTimeout,          Reason::kServiceUnavailable,
                                 Reason::kInternalError,    Reason::kServerTimeout};
  for (const Reason reason : kReasons) {
    if (util::reason_text(reason) == told) return reason;
  }
  for (const Reason reason : kReasons) {
    if (util::http_status(reason) == status) return reason;
  }
  return Reason::kUnknown;
}

/// Each attempt with a limit of its own.
class Attempts final : public Client {
 public:
  Attempts(Client& client, util::Clock& clock, util::Duration attempt)
      : client_(client), clock_(clock), attempt_(attempt) {}

  Result<Answer> call(const Call& call, util::TimePoint deadline) override {
    return client_.call(call, std::min(deadline, clock_.now() + attempt_));
  }
  Result<Answer> stream(const std::string& path,
                        const std::function<bool(std::string_view)>& on_bytes) override {
    return client_.stream(path, on_bytes);
  }
  void stop() override { client_.stop(); }
  bool stopped() const override { return client_.stopped(); }

 private:
  Client& client_;
  util::Clock& clock_;
  const util::Duration attempt_;
};

/// Without what the cluster keeps for itself: a dry run tells no new resourceVersion.
Value comparable(Value object) {
  if (Value* const metadata = object.find("metadata"); metadata && metadata->is_object()) {
    for (const char* const own : {"managedFields", "resourceVersion", "generation"}) {
      metadata->as_object().erase(own);
    }
  }
  return object;
}

bool differ(const Value& before, const Value& after, bool dry_run) {
  const auto version = [](const Value& object) -> const std::string& {
    return object.at_string({"metadata", "resourceVersion"});
  };
  if (!dry_run) return version(before) != version(after);
  return !(comparable(before) == comparable(after));
}

}  // namespace

std::string Place::group() const {
  const std::size_t slash = api_version.find('/');
  return slash == std::string::npos ? std::string() : api_version.substr(0, slash);
}

std::string Place::path(std::string_view name) const {
  std::string path = (group().empty() ? "/api/" : "/apis/") + api_version;
  if (!namespace_name.empty()) path += "/namespaces/" + http::percent_encode(namespace_name);
  path += "/" + plural;
  return name.empty() ? path : path + "/" + http::percent_encode(name);
}

Error error_of(const Answer& answer) {
  json::ReadOptions options;
  options.max_depth = kMaxDepth;
  const Result<json::Document> document = json::read(answer.body, options);
  const bool is_status = document && document->value.at_string({"kind"}) == "Status";
  Error error;
  error.reason =
      reason_of(answer.status, is_status ? document->value.at_string({"reason"}) : std::string());
  if (is_status) error.message = document->value.at_string({"message"});
  if (error.message.empty()) {
    error.message = "the Kubernetes API answered " + std::to_string(answer.status);
    if (!answer.body.empty()) error.message += ": " + answer.body.substr(0, kMaxText);
  }
  return error;
}

Objects::Objects(Client& client, util::Clock& clock, util::Random& random, Sleep sleep,
                 ObjectsOptions options)
    : client_(client),
      clock_(clock),
      random_(random),
      sleep_(std::move(sleep)),
      options_(std::move(options)) {}

Result<Answer> Objects::call(const Call& call) {
  Attempts attempts(client_, clock_, options_.attempt);
  return call_with_retry(attempts, call, clock_.now() + options_.patience, {}, clock_, random_,
                         sleep_);
}

Result<Answer> Objects::read(const std::string& path, const std::string& accept) {
  Call wanted;
  wanted.accept = accept;
  wanted.path = path;
  Result<Answer> answer = call(wanted);
  if (answer && answer->status >= 400) return error_of(*answer);
  return answer;
}

Result<std::optional<Value>> Objects::get(const Place& place, const std::string& name) {
  const Result<Answer> answer = read(place.path(name));
  if (!answer) {
    if (answer.error().reason == Reason::kNotFound) return std::optional<Value>();
    return answer.error();
  }
  Result<Value> object = parse(*answer);
  if (!object) return object.error();
  return std::optional<Value>(std::move(*object));
}

Result<json::Array> Objects::list(const Place& place, const std::string& label_selector) {
  std::string path = place.path();
  if (!label_selector.empty()) path += "?labelSelector=" + http::percent_encode(label_selector);
  const Result<Answer> answer = read(path);
  if (!answer) return answer.error();
  Result<Value> list = parse(*answer);
  if (!list) return list.error();
  Value* const items = list->find("items");
  if (items == nullptr || !items->is_array()) return json::Array();
  return std::move(items->as_array());
}

Result<Applied> Objects::apply(const Place& place, const Value& object, ApplyOptions options) {
  const std::string& name = object.at_string({"metadata", "name"});
  const Result<std::optional<Value>> before = get(place, name);
  if (!before) return before.error();
  const std::string& manager = options.manager.empty() ? options_.manager : options.manager;
  Call wanted;
  wanted.method = "PATCH";
  wanted.path = place.path(name) + "?fieldManager=" + http::percent_encode(manager);
  if (options.force) wanted.path += "&force=true";
  if (options.dry_run) wanted.path += "&dryRun=All";
  wanted.content_type = "application/apply-patch+yaml";
  wanted.body = json::write(object);
  const Result<Answer> answer = call(wanted);
  if (!answer) return answer.error();
  if (answer->status >= 300) return error_of(*answer);
  Result<Value> after = parse(*answer);
  if (!after) return after.error();
  Applied applied;
  if (!*before) {
    applied.change = Change::kCreated;
  } else if (differ(**before, *after, options.dry_run)) {
    applied.change = Change::kChanged;
  }
  applied.object = std::move(*after);
  return applied;
}

Result<bool> Objects::remove(const Place& place, const std::string& name, bool dry_run) {
  Call wanted;
  wanted.method = "DELETE";
  wanted.path = place.path(name);
  Object delete_options{
      {"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", "Background"}};
  // Beside a body the query counts for nothing.
  if (dry_run) delete_options.set("dryRun", json::Array{"All"});
  wanted.body = json::write(Value(std::move(delete_options)));
  const Result<Answer> answer = call(wanted);
  if (!answer) return answer.error();
  if (answer->status == 404) return false;
  if (answer->status >= 300) return error_of(*answer);
  return true;
}

Result<Value> Objects::create(const Place& place, const Value& object) {
  Call wanted;
  wanted.method = "POST";
  wanted.path = place.path();
  wanted.body = json::write(object);
  const Result<Answer> answer = call(wanted);
  if (!answer) return answer.error();
  if (answer->status >= 300) return error_of(*answer);
  return parse(*answer);
}

Result<bool> Objects::may(const Right& right) {
  Object attributes{Member{"verb", right.verb}, Member{"group", right.group},
                    Member{"resource", right.resource}};
  if (!right.subresource.empty()) attributes.set("subresource", right.subresource);
  if (!right.namespace_name.empty()) attributes.set("namespace", right.namespace_name);
  if (!right.name.empty()) attributes.set("name", right.name);
  const Value review(Object{
      Member{"apiVersion", "authorization.k8s.io/v1"}, Member{"kind", "SelfSubjectAccessReview"},
      Member{"spec", Object{Member{"resourceAttributes", std::move(attributes)}}}});
  const Result<Value> answer =
      create({"authorization.k8s.io/v1", "selfsubjectaccessreviews", {}}, review);
  if (!answer) return answer.error();
  const Value* const status = answer->find("status");
  const Value* const allowed = status != nullptr ? status->find("allowed") : nullptr;
  return allowed != nullptr && allowed->is_bool() && allowed->as_bool();
}

}  // namespace annex::kube
