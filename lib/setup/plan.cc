#include "setup/plan.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "annex/json/read.h"
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

/// RFC 1123, as an ExternalName must be.
bool is_dns_name(const std::string& text) {
  return !text.empty() && text.size() <= 253 && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '.';
         });
}

bool is_address(const std::string& text) {
  in6_addr ignored{};
  return inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

Result<void> check_certificate(const PlanOptions& options) {
  for (const std::string& name : options.extra_names) {
    if (is_address(name) || is_dns_name(name.starts_with("*.") ? name.substr(2) : name)) continue;
    return Error::bad_request("--extra-name " + json::quoted(name) +
                              " is neither an address nor a DNS name in lower case");
  }
  if (!options.renews) return {};
  if (options.issuer == Issuer::kCertManager) {
    return Error::bad_request(
        "--renew-certificates is for a certificate of annex's own: cert-manager renews its own");
  }
  if (options.external.empty()) return {};
  return Error::bad_request(
      "--renew-certificates is for a server in the cluster: give one outside its own flag "
      "--renew-certificates=DIR");
}

/// What is wrong with an address as a target of the cluster's; empty: nothing.
std::string unreachable(const in_addr& address) {
  const std::uint32_t bits = ntohl(address.s_addr);
  if (bits >> 24U == 127) return "a loopback address";
  if (bits == 0) return "no address of a machine";
  if (bits >> 16U == 0xa9fe) return "a link-local address";
  if (bits >> 28U >= 14) return "a multicast or reserved address";
  return {};
}

std::string unreachable(const in6_addr& address) {
  if (IN6_IS_ADDR_LOOPBACK(&address)) return "a loopback address";
  if (IN6_IS_ADDR_UNSPECIFIED(&address)) return "no address of a machine";
  if (IN6_IS_ADDR_LINKLOCAL(&address)) return "a link-local address";
  if (IN6_IS_ADDR_MULTICAST(&address)) return "a multicast address";
  return {};
}

Error refuse_external(const std::string& text, const std::string& why) {
  return Error::bad_request("--external " + text + " is " + why +
                            ": kube-apiserver connects from its own machine, where that leads "
                            "elsewhere; give an address or a name of this machine that the "
                            "cluster can reach");
}

}  // namespace

Result<void> read_external(const std::string& text, Plan& plan) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  std::uint16_t number = 0;
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (fault != std::errc() || end != port.data() + port.size() || number == 0) {
    return Error::bad_request("--external " + json::quoted(text) +
                              " is not HOST:PORT, such as 192.0.2.7:8443 or "
                              "build.example.com:8443");
  }
  External external;
  external.host = text.substr(0, colon);
  const bool bracketed =
      external.host.size() > 2 && external.host.front() == '[' && external.host.back() == ']';
  if (bracketed) external.host = external.host.substr(1, external.host.size() - 2);
  in_addr four{};
  in6_addr six{};
  if (inet_pton(AF_INET, external.host.c_str(), &four) == 1) {
    external.kind = External::Kind::kIpv4;
    if (const std::string why = unreachable(four); !why.empty()) return refuse_external(text, why);
  } else if (bracketed && inet_pton(AF_INET6, external.host.c_str(), &six) == 1) {
    external.kind = External::Kind::kIpv6;
    if (const std::string why = unreachable(six); !why.empty()) return refuse_external(text, why);
  } else if (!is_dns_name(external.host)) {
    return Error::bad_request("--external " + json::quoted(text) +
                              " begins with neither an address nor a DNS name in lower case");
  } else if (external.host == "localhost" || external.host.ends_with(".localhost")) {
    return refuse_external(text, "the name of every machine's loopback address");
  }
  plan.external = std::move(external);
  plan.port = number;
  // A name is called at the Service's own port: nothing translates it.
  if (plan.external->kind == External::Kind::kName) plan.service_port = number;
  return {};
}

Result<void> set_allowed_names(const std::string& json, Trust& trust) {
  trust.allowed_names.clear();
  if (json.empty()) return {};
  const Result<json::Value> names = json::parse(json);
  if (!names || !names->is_array()) {
    return Error::bad_request("requestheader-allowed-names is no list: " + json::quoted(json));
  }
  for (const json::Value& name : names->as_array()) {
    if (!name.is_string()) {
      return Error::bad_request("requestheader-allowed-names has an item that is no name");
    }
    trust.allowed_names += (trust.allowed_names.empty() ? "" : ",") + name.as_string();
  }
  return {};
}

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
  if (Result<void> checked = check_certificate(options); !checked) return checked.error();
  plan.issuer = options.issuer;
  plan.extra_names = options.extra_names;
  plan.renews = options.renews;
  plan.arguments = options.arguments;
  plan.trust = options.trust;
  if (!options.external.empty()) {
    if (Result<void> read = read_external(options.external, plan); !read) return read.error();
    if (plan.issuer == Issuer::kCertManager) {
      return Error::bad_request(
          "--external goes with a certificate of its own: cert-manager writes into the cluster "
          "only");
    }
  }
  return plan;
}

}  // namespace annex::setup
