#include "setup/manifests.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "annex/json/write.h"
#include "setup/access.h"
#include "setup/serving.h"
#include "setup/workload.h"

namespace annex::setup {
namespace {

void append(std::vector<Item>& items, std::vector<Item> more) {
  for (Item& item : more) items.push_back(std::move(item));
}

/// "03-clusterrole-bakery-view.yaml": in the order of `kubectl apply -f` on the folder, too.
std::string file_name(std::size_t place, const Item& item) {
  std::string name = (place < 10 ? "0" : "") + std::to_string(place) + "-" +
                     item.object.at_string({"kind"}) + "-" + item.name() + ".yaml";
  for (char& c : name) {
    c = c == ':' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace

std::vector<Item> make_manifests(const Plan& plan, const CertificateSet& certificates) {
  std::vector<Item> items{make_item(plan, kNamespace, {}, plan.namespace_name, {})};
  append(items, access_items(plan));
  append(items, service_items(plan));
  if (!plan.external) {
    append(items, certificate_items(plan, certificates));
    append(items, trust_items(plan));
    append(items, workload_items(plan));
  }
  append(items, registration_items(plan, certificates.ca_bundle));
  return items;
}

std::vector<Item> every_item(const Plan& plan) {
  std::vector<Item> items;
  for (const Workload workload : {Workload::kFile, Workload::kShared}) {
    for (const Issuer issuer : {Issuer::kOwn, Issuer::kCertManager}) {
      for (const bool outside : {false, true}) {
        Plan variant = plan;
        variant.workload = workload;
        variant.issuer = issuer;
        variant.external.reset();
        variant.trust.reset();
        if (outside) variant.external = External{External::Kind::kIpv4, "192.0.2.1"};
        if (!outside) variant.trust = Trust{};
        variant.renews = true;
        for (Item& item : make_manifests(variant, {})) {
          const bool known = std::any_of(items.begin(), items.end(), [&](const Item& other) {
            return other.text() == item.text();
          });
          const std::string& kind = item.place.plural;
          if (known || kind == kApiService.plural || kind == kNamespace.plural) continue;
          items.push_back(std::move(item));
        }
      }
    }
  }
  return items;
}

std::string write_manifests(const std::vector<Item>& items) {
  std::string text;
  for (const Item& item : items) {
    if (!text.empty()) text += "---\n";
    text += json::write_yaml(item.object);
  }
  return text;
}

std::vector<ManifestFile> write_kustomization(const std::vector<Item>& items) {
  std::vector<ManifestFile> files;
  json::Array names;
  for (const Item& item : items) {
    files.push_back({file_name(files.size() + 1, item), json::write_yaml(item.object)});
    names.emplace_back(files.back().name);
  }
  const json::Value list(json::Object{{"apiVersion", "kustomize.config.k8s.io/v1beta1"},
                                      {"kind", "Kustomization"},
                                      {"resources", std::move(names)}});
  files.push_back({"kustomization.yaml", json::write_yaml(list)});
  return files;
}

}  // namespace annex::setup
