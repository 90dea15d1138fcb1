#include "setup/examination.h"

#include <algorithm>
#include <utility>

#include "annex/schema/formats.h"

namespace annex::setup {

kube::Place namespaces() { return {"v1", "namespaces", {}}; }
kube::Place core(const char* plural, const std::string& namespace_name) {
  return {"v1", plural, namespace_name};
}
kube::Place apps(const char* plural, const std::string& namespace_name) {
  return {"apps/v1", plural, namespace_name};
}
kube::Place slices(const std::string& namespace_name) {
  return {"discovery.k8s.io/v1", "endpointslices", namespace_name};
}
kube::Place rbac(const char* plural, const std::string& namespace_name) {
  return {"rbac.authorization.k8s.io/v1", plural, namespace_name};
}
kube::Place api_services() { return {"apiregistration.k8s.io/v1", "apiservices", {}}; }

const json::Value* Examination::get(const kube::Place& place, const std::string& name) {
  const std::string path = place.path(name);
  auto found = objects_.find(path);
  if (found == objects_.end()) {
    Result<std::optional<json::Value>> object = tools.objects.get(place, name);
    if (!object) {
      blind("get " + path, object.error());
      return nullptr;
    }
    found = objects_.emplace(path, std::move(*object)).first;
  }
  return found->second ? &*found->second : nullptr;
}

const json::Array& Examination::list(const kube::Place& place) {
  static const json::Array kNone;
  const std::string path = place.path();
  auto found = lists_.find(path);
  if (found == lists_.end()) {
    Result<json::Array> items = tools.objects.list(place, {});
    if (!items) {
      blind("list " + path, items.error());
      return kNone;
    }
    found = lists_.emplace(path, std::move(*items)).first;
  }
  return found->second;
}

std::optional<kube::Answer> Examination::read(const std::string& path) {
  Result<kube::Answer> answer =
      tools.client.call({"GET", path, {}, {}}, tools.clock.now() + tools.patience);
  if (!answer) {
    blind("get " + path, answer.error());
    return std::nullopt;
  }
  return std::move(*answer);
}

bool Examination::account_may(const std::string& account, const kube::Right& right) {
  using json::Member;
  using json::Object;
  Object attributes{Member{"verb", right.verb}, Member{"group", right.group},
                    Member{"resource", right.resource}};
  if (!right.namespace_name.empty()) attributes.set("namespace", right.namespace_name);
  if (!right.name.empty()) attributes.set("name", right.name);
  const std::string of = "system:serviceaccounts";
  const json::Value review(Object{
      Member{"apiVersion", "authorization.k8s.io/v1"}, Member{"kind", "SubjectAccessReview"},
      Member{"spec",
             Object{Member{"user", "system:serviceaccount:" + plan.namespace_name + ":" + account},
                    Member{"groups",
                           json::Array{of, of + ":" + plan.namespace_name, "system:authenticated"}},
                    Member{"resourceAttributes", std::move(attributes)}}}});
  const Result<json::Value> answer =
      tools.objects.create({"authorization.k8s.io/v1", "subjectaccessreviews", {}}, review);
  if (!answer) {
    blind("create subjectaccessreviews.authorization.k8s.io", answer.error());
    return true;
  }
  const json::Value* const allowed = at(&*answer, {"status", "allowed"});
  return allowed != nullptr && allowed->is_bool() && allowed->as_bool();
}

void Examination::find(const char* code, std::string message, std::string remedy,
                       std::vector<std::string> commands) {
  const std::vector<Code>& codes = doctor_codes();
  const auto known = std::find_if(codes.begin(), codes.end(),
                                  [&](const Code& each) { return std::string(each.code) == code; });
  const Severity severity = known == codes.end() ? Severity::kError : known->severity;
  if (severity == Severity::kError) sick = true;
  const std::string install = own("install");
  for (std::string& command : commands) {
    if (command.rfind(install, 0) != 0 || held().empty()) continue;
    command.insert(install.size(), " --force");
    remedy += " --force takes over what others hold: " + held() + ".";
  }
  findings.push_back({code, severity, std::move(message), std::move(remedy), std::move(commands)});
}

void Examination::blind(const std::string& what, const Error& error) {
  sick = true;
  const bool is_right = error.reason == Reason::kForbidden;
  const char* const code = is_right ? "not-allowed" : "no-answer";
  if (!blind_spots_.insert(code).second) return;
  const std::string who = is_right ? "you may not " : "the Kubernetes API gave no answer to ";
  find(code, who + what + ": " + error.message,
       is_right ? "Examine as somebody who may, such as a cluster administrator."
                : "See that the Kubernetes API works, and run doctor again.");
}

std::string Examination::own(const std::string& command) const {
  return words.program + " " + command + words.connection + words.names;
}

std::vector<ServedVersion> served_versions(const Plan& plan) {
  std::vector<ServedVersion> versions;
  for (const ServedGroup& group : plan.groups) {
    for (const std::string& version : group.versions) {
      versions.push_back({version + "." + group.name, group.name, version});
    }
  }
  return versions;
}

const json::Value* at(const json::Value* value, std::initializer_list<const char*> path) {
  for (const char* const name : path) {
    if (value == nullptr) return nullptr;
    value = value->find(name);
  }
  return value;
}

const json::Array& items_at(const json::Value* value, std::initializer_list<const char*> path) {
  static const json::Array kNone;
  const json::Value* const found = at(value, path);
  return found != nullptr && found->is_array() ? found->as_array() : kNone;
}

std::int64_t number_at(const json::Value* value, std::initializer_list<const char*> path) {
  const json::Value* const found = at(value, path);
  return found != nullptr && found->is_int64() ? found->as_int64() : 0;
}

std::string text_at(const json::Value* value, std::initializer_list<const char*> path) {
  const json::Value* const found = at(value, path);
  return found != nullptr && found->is_string() ? found->as_string() : std::string();
}

std::optional<std::string> bytes_at(const json::Value* value,
                                    std::initializer_list<const char*> path) {
  return schema::parse_base64(text_at(value, path));
}

}  // namespace annex::setup
