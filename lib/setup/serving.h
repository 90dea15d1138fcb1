// How kube-apiserver reaches the server: Service, certificate, APIServices.
#pragma once

#include <string>
#include <vector>

#include "setup/certificates.h"
#include "setup/item.h"

namespace annex::setup {

/// The Service, or for a server outside of the cluster the Service that leads there.
std::vector<Item> service_items(const Plan& plan);
/// The Secret with the certificate; with cert-manager what makes it write one.
std::vector<Item> certificate_items(const Plan& plan, const CertificateSet& certificates);
/// The ConfigMap with the plan's trust, if it has one.
std::vector<Item> trust_items(const Plan& plan);
/// One APIService a version; they trust `ca_bundle`, which cert-manager fills in itself.
std::vector<Item> registration_items(const Plan& plan, const std::string& ca_bundle);

/// What a Secret of certificate_items() keeps.
CertificateSet certificates_in(const json::Value& secret);
/// What the plan's server needs at `now`, made of what is kept: see renew().
Result<Renewal> renew_certificates(const Plan& plan, const CertificateSet& kept,
                                   util::WallTime now);

}  // namespace annex::setup
