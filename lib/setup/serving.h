// How kube-apiserver reaches the server: Service, certificate, APIServices.
#pragma once

#include <string>
#include <vector>

#include "setup/certificates.h"
#include "setup/item.h"

namespace annex::setup {

/// Who owns the caBundle alone, beside who installs: see RenewalOptions::api_services.
inline constexpr const char* kCertificateManager = "annex-certificates";

/// The Service, or for a server outside of the cluster the Service that leads there.
std::vector<Item> service_items(const Plan& plan);
/// The Secret with the certificate; with cert-manager what makes it write one.
std::vector<Item> certificate_items(const Plan& plan, const CertificateSet& certificates);
/// The ConfigMap with the plan's trust, if it has one.
std::vector<Item> trust_items(const Plan& plan);
/// One APIService a version; they trust `ca_bundle`, which cert-manager fills in itself.
std::vector<Item> registration_items(const Plan& plan, const std::string& ca_bundle);

/// What kCertificateManager applies to one of them.
json::Value bundle_change(const Item& registration, const std::string& ca_bundle);
/// True if it has done so: then nobody else says what the caBundle is.
bool is_bundle_managed(const json::Value& api_service);
/// The registration with no caBundle, for an APIService of which that is true.
Item without_bundle(Item registration);

/// What a Secret of certificate_items() keeps.
CertificateSet certificates_in(const json::Value& secret);
/// The names that the plan's certificate has to bear.
CertificatePolicy certificate_policy(const Plan& plan);
/// Those of a cert-manager Certificate that the plan would not give it by itself.
std::vector<std::string> further_names(const Plan& plan, const json::Value& certificate);
/// The objects that cert-manager makes it of, by the name under which install finds it again.
kube::Place cert_manager_place(const Plan& plan);
/// What the plan's server needs at `now`, made of what is kept: see renew().
Result<Renewal> renew_certificates(const Plan& plan, const CertificateSet& kept,
                                   util::WallTime now);

}  // namespace annex::setup
