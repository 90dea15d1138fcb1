#include "setup/plan.h"

#include <algorithm>
#include <utility>

#include "annex/json/write.h"
#include "annex/schema/formats.h"
#include "annex/server/server.h"

namespace annex::setup {
namespace {

constexpr std::size_t kMaxLabel = 63;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// RFC 1035, as Services are named: also good for every other object, and for labels.
Result<void> check_label(const char* flag, const std::string& text) {
  const bool fits =
      !text.empty() && text.size() <= kMaxLabel && text.front() >= 'a' && text.front() <= 'z' &&
      is_alphanumeric(text.back()) &&
      std::all_of(text.begin(), text.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
  if (fits) return {};
  return Error::bad_request(std::string(flag) + " is " + json::quoted(text) +
                            ", but must be 1 to 63 lower case letters, digits and '-', must begin "
                            "with a letter and may not end with '-'");
}

/// Chooses the workload, and completes the server's `--store`.
Result<void> choose_store(const std::vector<StoreKind>& stores, const std::string& wanted,
                          Plan& plan) {
  const std::size_t colon = wanted.find(':');
  const std::string name = wanted.empty() ? stores.front().name : wanted.substr(0, colon);
  const std::string location = colon == std::string::npos ? "" : wanted.substr(colon + 1);
  const auto kind = std::find_if(stores.begin(), stores.end(),
                                 [&](const StoreKind& store) { return store.name == name; });
  if (kind == stores.end()) {
    std::string known;
    for (const StoreKind& store : stores) known += (known.empty() ? "" : ", ") + store.name;
    return Error::bad_request("there is no store \"" + name + "\": this server knows " + known);
  }
  if (kind->file.empty()) {
    plan.workload = kind->shared ? Workload::kShared : Workload::kMemory;
    plan.store = location.empty() ? name : name + ":" + location;
    return {};
  }
  if (!location.empty()) {
    return Error::bad_request("--store=" + wanted +
                              " has a place of its own, but in a cluster the " + name +
                              " store is kept in the pod's volume: give --store=" + name);
  }
  plan.workload = Workload::kFile;
  plan.store = name + ":" + kDataFolder + "/" + kind->file;
  return {};
}

}  // namespace

Result<Plan> make_plan(const Server& server, const PlanOptions& options) {
  Plan plan;
  Result<std::vector<ServedGroup>> served = server.served();
  if (!served) return served.error();
  plan.groups = std::move(*served);
  plan.name = options.name.empty() ? server.name() : options.name;
  plan.namespace_name = options.namespace_name.empty() ? plan.name : options.namespace_name;
  plan.service = options.service.empty() ? plan.name : options.service;
  plan.account = plan.name;
  const std::pair<const char*, const std::string*> names[] = {
      {"--name", &plan.name}, {"--namespace", &plan.namespace_name}, {"--service", &plan.service}};
  for (const auto& each : names) {
    if (Result<void> checked = check_label(each.first, *each.second); !checked) {
      return checked.error();
    }
  }
  if (options.port <= 1024) {
    return Error::bad_request("--port is " + std::to_string(options.port) +
                              ", but only root may listen on ports up to 1024");
  }
  plan.port = options.port;
  if (const auto size = schema::canonical_quantity(options.volume_size); !size) {
    return Error::bad_request("--volume-size " + json::quoted(options.volume_size) +
                              " is no quantity such as 1Gi");
  }
  if (Result<void> chosen = choose_store(server.stores(), options.store, plan); !chosen) {
    return chosen.error();
  }
  plan.image = options.image;
  plan.volume_size = options.volume_size;
  plan.storage_class = options.storage_class;
  plan.issuer = options.issuer;
  plan.arguments = options.arguments;
  return plan;
}

}  // namespace annex::setup
