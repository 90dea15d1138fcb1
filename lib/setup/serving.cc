#include "setup/serving.h"

#include <algorithm>
#include <array>
#include <utility>

#include "annex/schema/formats.h"

namespace annex::setup {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr Kind kCertificate{"cert-manager.io/v1", "Certificate", "certificates"};
constexpr Kind kIssuer{"cert-manager.io/v1", "Issuer", "issuers"};

// As upstream's sample registers itself: above what is served by default, below Kubernetes' own.
constexpr int kGroupPriority = 1000;
constexpr int kLowestVersionPriority = 15;
constexpr const char* kPortName = "https";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What a Secret keeps, by its keys.
using Parts = std::array<std::pair<const char*, std::string CertificateSet::*>, 4>;
constexpr Parts kParts{{{"ca.crt", &CertificateSet::ca_bundle},
                        {"ca.key", &CertificateSet::ca_key},
                        {"tls.crt", &CertificateSet::certificate},
                        {"tls.key", &CertificateSet::key}}};

Item issuer(const Plan& plan, const std::string& name, const char* kind, Object content) {
  return make_item(plan, kIssuer, plan.namespace_name, name,
                   {{"spec", Object{{kind, std::move(content)}}}});
}

Item certificate(const Plan& plan, const std::string& name, const std::string& issuer,
                 Object content) {
  Object spec{{"secretName", name},
              {"secretTemplate", Object{{"labels", labels(plan)}}},
              {"issuerRef", Object{{"name", issuer}}},
              {"privateKey", Object{{"algorithm", "ECDSA"}, {"size", 256}}}};
  for (json::Member& member : content) spec.set(member.name, std::move(member.value));
  return make_item(plan, kCertificate, plan.namespace_name, name, {{"spec", std::move(spec)}});
}

/// A CA for this server alone, and its certificate.
std::vector<Item> cert_manager_items(const Plan& plan) {
  const std::string ca = plan.name + "-ca";
  const std::string root = plan.name + "-ca-issuer";
  const std::vector<std::string> names = certificate_policy(plan).names;
  Array dns;
  Array addresses;
  for (const std::string& name : names) {
    const bool address = name.find_first_not_of("0123456789.") == std::string::npos ||
                         name.find(':') != std::string::npos;
    (address ? addresses : dns).emplace_back(name);
  }
  Object leaf{{"dnsNames", std::move(dns)}};
  if (!addresses.empty()) leaf.set("ipAddresses", std::move(addresses));
  leaf.set("usages", Array{"digital signature", "server auth"});
  return {
      issuer(plan, root, "selfSigned", {}),
      certificate(plan, ca, root, {{"isCA", true}, {"commonName", ca}, {"duration", "87600h0m0s"}}),
      issuer(plan, plan.name + "-issuer", "ca", {{"secretName", ca}}),
      certificate(plan, plan.secret(), plan.name + "-issuer", std::move(leaf))};
}

/// A name is resolved by kube-apiserver itself; an address needs an EndpointSlice.
std::vector<Item> external_service(const Plan& plan, Object port) {
  const External& external = *plan.external;
  if (external.kind == External::Kind::kName) {
    return {make_item(plan, kService, plan.namespace_name, plan.service,
                      {{"spec", Object{{"type", "ExternalName"},
                                       {"externalName", external.host},
                                       {"ports", Array{std::move(port)}}}}})};
  }
  port.set("targetPort", static_cast<int>(plan.port));
  Item service = make_item(plan, kService, plan.namespace_name, plan.service,
                           {{"spec", Object{{"ports", Array{std::move(port)}}}}});
  const bool four = external.kind == External::Kind::kIpv4;
  Item slice = make_item(plan, kEndpointSlice, plan.namespace_name, plan.service + "-external",
                         {{"addressType", four ? "IPv4" : "IPv6"},
                          {"endpoints", Array{Object{{"addresses", Array{external.host}},
                                                     {"conditions", Object{{"ready", true}}}}}},
                          {"ports", Array{Object{{"name", kPortName},
                                                 {"protocol", "TCP"},
                                                 {"port", static_cast<int>(plan.port)}}}}});
  slice.object.find("metadata")
      ->find("labels")
      ->as_object()
      .set("kubernetes.io/service-name", plan.service);
  return {std::move(service), std::move(slice)};
}

}  // namespace

std::vector<Item> service_items(const Plan& plan) {
  Object port{
      {"name", kPortName}, {"protocol", "TCP"}, {"port", static_cast<int>(plan.service_port)}};
  if (plan.external) return external_service(plan, std::move(port));
  port.set("targetPort", kPortName);
  return {make_item(plan, kService, plan.namespace_name, plan.service,
                    {{"spec", Object{{"selector", pod_labels(plan)}, {"ports", Array{port}}}}})};
}

std::vector<Item> certificate_items(const Plan& plan, const CertificateSet& certificates) {
  if (plan.issuer == Issuer::kCertManager) return cert_manager_items(plan);
  Object data;
  for (const auto& part : kParts) {
    data.set(part.first, schema::write_base64(certificates.*part.second));
  }
  return {make_item(plan, kSecret, plan.namespace_name, plan.secret(),
                    {{"type", "kubernetes.io/tls"}, {"data", std::move(data)}})};
}

std::vector<Item> registration_items(const Plan& plan, const std::string& ca_bundle) {
  std::vector<Item> items;
  for (const ServedGroup& group : plan.groups) {
    int priority = kLowestVersionPriority + static_cast<int>(group.versions.size());
    for (const std::string& version : group.versions) {
      Object spec{{"group", group.name},
                  {"version", version},
                  {"groupPriorityMinimum", kGroupPriority},
                  {"versionPriority", --priority},
                  {"service", Object{{"namespace", plan.namespace_name},
                                     {"name", plan.service},
                                     {"port", static_cast<int>(plan.service_port)}}}};
      const bool injected = plan.issuer == Issuer::kCertManager;
      if (!injected) spec.set("caBundle", schema::write_base64(ca_bundle));
      Item item =
          make_item(plan, kApiService, {}, version + "." + group.name, {{"spec", std::move(spec)}});
      if (injected) {
        item.object.find("metadata")
            ->as_object()
            .set("annotations", Object{{"cert-manager.io/inject-ca-from",
                                        plan.namespace_name + "/" + plan.secret()}});
      }
      items.push_back(std::move(item));
    }
  }
  return items;
}

Value bundle_change(const Item& registration, const std::string& ca_bundle) {
  return Object{{"apiVersion", kApiService.api_version},
                {"kind", kApiService.kind},
                {"metadata", Object{{"name", registration.name()}}},
                {"spec", Object{{"caBundle", schema::write_base64(ca_bundle)},
                                {"insecureSkipTLSVerify", false}}}};
}

bool is_bundle_managed(const Value& api_service) {
  const Value* const metadata = api_service.find("metadata");
  const Value* const managers = metadata != nullptr ? metadata->find("managedFields") : nullptr;
  if (managers == nullptr || !managers->is_array()) return false;
  const Array& all = managers->as_array();
  return std::any_of(all.begin(), all.end(), [](const Value& entry) {
    return entry.at_string({"manager"}) == kCertificateManager;
  });
}

Item without_bundle(Item registration) {
  registration.object.find("spec")->as_object().erase("caBundle");
  return registration;
}

std::vector<Item> trust_items(const Plan& plan) {
  if (!plan.trust) return {};
  Object data{{kFrontProxyCa, plan.trust->front_proxy_ca}};
  if (!plan.trust->client_ca.empty()) data.set(kClientCa, plan.trust->client_ca);
  return {make_item(plan, kConfigMap, plan.namespace_name, plan.trust_configmap(),
                    {{"data", std::move(data)}})};
}

CertificateSet certificates_in(const json::Value& secret) {
  CertificateSet set;
  for (const auto& part : kParts) {
    // What is damaged counts as missing, and is made anew.
    set.*part.second =
        schema::parse_base64(secret.at_string({"data", part.first})).value_or(std::string());
  }
  return set;
}

CertificatePolicy certificate_policy(const Plan& plan) {
  CertificatePolicy policy;
  policy.names = serving_names(plan.service, plan.namespace_name);
  if (plan.external) policy.names.push_back(plan.external->host);
  for (const std::string& name : plan.extra_names) {
    if (!contains(policy.names, name)) policy.names.push_back(name);
  }
  policy.keep_names = plan.extra_names.empty();
  return policy;
}

kube::Place cert_manager_place(const Plan& plan) {
  return {kCertificate.api_version, kCertificate.plural, plan.namespace_name};
}

std::vector<std::string> further_names(const Plan& plan, const Value& certificate) {
  const std::vector<std::string> own = serving_names(plan.service, plan.namespace_name);
  std::vector<std::string> all;
  for (const char* const list : {"dnsNames", "ipAddresses"}) {
    const Value* const spec = certificate.find("spec");
    const Value* const names = spec != nullptr ? spec->find(list) : nullptr;
    if (names == nullptr || !names->is_array()) continue;
    for (const Value& name : names->as_array()) {
      if (name.is_string()) all.push_back(name.as_string());
    }
  }
  // As one's own certificate does: those of another Service are not taken over.
  if (!contains(all, own.front())) return {};
  std::erase_if(all, [&](const std::string& name) { return contains(own, name); });
  return all;
}

Result<Renewal> renew_certificates(const Plan& plan, const CertificateSet& kept,
                                   util::WallTime now) {
  return renew(kept, certificate_policy(plan), now);
}

}  // namespace annex::setup
