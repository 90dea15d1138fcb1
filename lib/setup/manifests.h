// All objects that a server needs in a cluster.
#pragma once

#include <string>
#include <vector>

#include "setup/certificates.h"
#include "setup/item.h"

namespace annex::setup {

/// In the order in which they are applied; the APIServices are the last.
std::vector<Item> make_manifests(const Plan& plan, const CertificateSet& certificates);

/// Whatever an installation of this name may consist of, in the order in which it is applied: of
/// any store and any issuer. Only kinds and names count; APIServices are not among them.
std::vector<Item> every_item(const Plan& plan);

/// One YAML text of all of them.
std::string write_manifests(const std::vector<Item>& items);

/// A text for a file of a folder.
struct ManifestFile {
  std::string name{};
  std::string text{};
};

/// The same as a kustomization: a file an object, and `kustomization.yaml`, which lists them.
std::vector<ManifestFile> write_kustomization(const std::vector<Item>& items);

}  // namespace annex::setup
