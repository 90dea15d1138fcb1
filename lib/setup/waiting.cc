#include "setup/waiting.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "annex/json/read.h"

namespace annex::setup {
namespace {

using json::Value;

constexpr util::Duration kPause = std::chrono::milliseconds(300);

/// Nothing: it came. Else what is still missing, in words.
using Look = std::function<Result<std::optional<std::string>>()>;

/// Looks until nothing is missing. What is missing is told when it changes; a call that fails
/// meanwhile is missing, too: kube-apiserver itself may be restarting.
Result<void> wait(const std::string& what, util::TimePoint deadline, const Tools& tools,
                  const Look& look) {
  std::string told;
  while (true) {
    Result<std::optional<std::string>> missing = look();
    if (!missing) {
      const Reason reason = missing.error().reason;
      if (reason == Reason::kForbidden || reason == Reason::kUnauthorized) return missing.error();
      missing = std::optional(missing.error().message);
    }
    if (!*missing) return {};
    if (**missing != told) {
      told = **missing;
      tools.tell("waiting for " + what + ": " + told);
    }
    const util::TimePoint next = tools.clock.now() + kPause;
    if (next >= deadline || !tools.sleep(next)) {
      return Error{Reason::kTimeout, "gave up waiting for " + what + ": " + told};
    }
  }
}

std::int64_t number(const Value* object, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) object = object ? object->find(name) : nullptr;
  return object != nullptr && object->is_int64() ? object->as_int64() : 0;
}

const Value* condition(const Value& object, std::string_view type) {
  const Value* const status = object.find("status");
  const Value* const all = status != nullptr ? status->find("conditions") : nullptr;
  if (all == nullptr || !all->is_array()) return nullptr;
  for (const Value& each : all->as_array()) {
    if (each.at_string({"type"}) == type) return &each;
  }
  return nullptr;
}

std::string join(const std::string& reason, const std::string& message) {
  if (reason.empty() || message.empty()) return reason + message;
  return reason + ": " + message;
}

/// Why a pod is not ready, if it says so.
std::string complaint(const Value& pod) {
  const std::string& name = pod.at_string({"metadata", "name"});
  const Value* const status = pod.find("status");
  const Value* const containers = status != nullptr ? status->find("containerStatuses") : nullptr;
  if (containers != nullptr && containers->is_array()) {
    for (const Value& container : containers->as_array()) {
      const std::string why = join(container.at_string({"state", "waiting", "reason"}),
                                   container.at_string({"state", "waiting", "message"}));
      if (!why.empty()) return "pod " + name + ": " + why;
    }
  }
  const Value* const scheduled = condition(pod, "PodScheduled");
  if (scheduled != nullptr && scheduled->at_string({"status"}) == "False") {
    return "pod " + name + ": " +
           join(scheduled->at_string({"reason"}), scheduled->at_string({"message"}));
  }
  return {};
}

/// What the pods say: best effort, for it takes a right of its own.
std::string complaints(const Plan& plan, const Tools& tools) {
  const Result<json::Array> pods =
      tools.objects.list({"v1", "pods", plan.namespace_name}, label_selector(plan));
  if (!pods) return {};
  for (const Value& pod : *pods) {
    if (std::string text = complaint(pod); !text.empty()) return "; " + text;
  }
  return {};
}

/// What is missing of a StatefulSet or a Deployment.
std::optional<std::string> missing_replicas(const Value& workload) {
  const std::int64_t wanted = number(&workload, {"spec", "replicas"});
  if (number(&workload, {"status", "observedGeneration"}) <
      number(&workload, {"metadata", "generation"})) {
    return "its controller has not seen it yet";
  }
  const std::int64_t updated = number(&workload, {"status", "updatedReplicas"});
  const std::int64_t ready = std::min(updated, number(&workload, {"status", "readyReplicas"}));
  if (ready >= wanted) return std::nullopt;
  return std::to_string(ready) + " of " + std::to_string(wanted) + " replicas are ready";
}

/// What is missing of the plan's versions in an APIGroupDiscoveryList.
std::optional<std::string> missing_versions(const Plan& plan, const Value& list) {
  const Value* const items = list.find("items");
  // Before Kubernetes 1.26 there is no such list, and kubectl asks each version itself.
  if (items == nullptr || !items->is_array()) return std::nullopt;
  for (const ServedGroup& group : plan.groups) {
    for (const std::string& version : group.versions) {
      bool current = false;
      for (const Value& item : items->as_array()) {
        const Value* const versions = item.find("versions");
        if (item.at_string({"metadata", "name"}) != group.name || versions == nullptr ||
            !versions->is_array()) {
          continue;
        }
        for (const Value& each : versions->as_array()) {
          current = current || (each.at_string({"version"}) == version &&
                                each.at_string({"freshness"}) != "Stale");
        }
      }
      if (!current) return group.name + "/" + version + " is not in it yet";
    }
  }
  return std::nullopt;
}

}  // namespace

Result<void> wait_for_discovery(const Plan& plan, util::TimePoint deadline, const Tools& tools) {
  return wait("the cluster's discovery", deadline, tools,
              [&]() -> Result<std::optional<std::string>> {
                const Result<kube::Answer> answer = tools.objects.read(
                    "/apis",
                    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                    "application/json");
                if (!answer) return answer.error();
                const Result<Value> list = json::parse(answer->body);
                if (!list) return list.error();
                return missing_versions(plan, *list);
              });
}

Result<void> wait_for_workload(const Plan& plan, const Item& workload, util::TimePoint deadline,
                               const Tools& tools) {
  return wait(workload.text(), deadline, tools, [&]() -> Result<std::optional<std::string>> {
    const auto now = tools.objects.get(workload.place, workload.name());
    if (!now) return now.error();
    if (!*now) return std::optional<std::string>("it is gone");
    std::optional<std::string> missing = missing_replicas(**now);
    if (missing) *missing += complaints(plan, tools);
    return missing;
  });
}

Result<void> wait_for_api_service(const Item& api_service, util::TimePoint deadline,
                                  const Tools& tools) {
  return wait(api_service.text(), deadline, tools, [&]() -> Result<std::optional<std::string>> {
    const auto now = tools.objects.get(api_service.place, api_service.name());
    if (!now) return now.error();
    if (!*now) return std::optional<std::string>("it is gone");
    const Value* const available = condition(**now, "Available");
    if (available == nullptr) return std::optional<std::string>("it has not been looked at yet");
    if (available->at_string({"status"}) == "True") return std::optional<std::string>();
    return std::optional(join(available->at_string({"reason"}), available->at_string({"message"})));
  });
}

Result<void> wait_for_end(const Item& item, util::TimePoint deadline, const Tools& tools) {
  return wait("the end of " + item.text(), deadline, tools,
              [&]() -> Result<std::optional<std::string>> {
                const auto now = tools.objects.get(item.place, item.name());
                if (!now) return now.error();
                if (!*now) return std::optional<std::string>();
                // A namespace tells what it still waits for in its conditions.
                for (const char* const type :
                     {"NamespaceDeletionDiscoveryFailure", "NamespaceDeletionContentFailure",
                      "NamespaceContentRemaining", "NamespaceFinalizersRemaining"}) {
                  const Value* const failure = condition(**now, type);
                  if (failure != nullptr && failure->at_string({"status"}) == "True") {
                    return std::optional(failure->at_string({"message"}));
                  }
                }
                return std::optional<std::string>("it is still there");
              });
}

Result<void> list_everything(const Plan& plan, util::TimePoint deadline, const Tools& tools) {
  for (const ServedGroup& group : plan.groups) {
    for (const std::string& version : group.versions) {
      const auto listed = std::find_if(
          group.resources.begin(), group.resources.end(), [&](const ServedResource& resource) {
            const auto has = [](const std::vector<std::string>& texts, std::string_view text) {
              return std::find(texts.begin(), texts.end(), text) != texts.end();
            };
            return has(resource.versions, version) && has(resource.verbs, "list");
          });
      if (listed == group.resources.end()) continue;
      const std::string path = "/apis/" + group.name + "/" + version + "/" + listed->plural;
      Result<void> done = wait("a list of " + listed->plural, deadline, tools,
                               [&]() -> Result<std::optional<std::string>> {
                                 const Result<kube::Answer> answer =
                                     tools.objects.read(path + "?limit=1");
                                 if (!answer) return answer.error();
                                 return std::optional<std::string>();
                               });
      if (!done) return done;
      tools.tell("listed " + path + " through the aggregator");
    }
  }
  return {};
}

}  // namespace annex::setup
