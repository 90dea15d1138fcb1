#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "annex/json/read.h"
#include "annex/server/server.h"
#include "cli/plan_flags.h"
#include "cli/setup_commands.h"
#include "server/files.h"
#include "setup/manifests.h"
#include "setup/rights.h"
#include "setup/serving.h"

namespace annex::cli {
namespace {

/// The certificates that an earlier run left in the folder, so that a further one changes nothing.
setup::CertificateSet kept_certificates(const std::string& folder, const setup::Plan& plan) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string path = entry.path().string();
    if (path.find("-secret-" + plan.secret() + ".yaml") == std::string::npos) continue;
    const auto text = detail::read_file(path);
    const auto document = text ? json::read_yaml(*text) : Result<json::Document>(text.error());
    if (document) return setup::certificates_in(document->value);
  }
  return {};
}

/// Files that would not be written again would still be applied: an older plan's go.
Result<void> remove_former_files(const std::string& folder,
                                 const std::vector<setup::ManifestFile>& files) {
  std::error_code fault;
  for (const auto& entry : std::filesystem::directory_iterator(folder, fault)) {
    const std::string name = entry.path().filename().string();
    const bool ours = entry.path().extension() == ".yaml" && name.size() > 3 &&
                      std::isdigit(static_cast<unsigned char>(name[0])) != 0 &&
                      std::isdigit(static_cast<unsigned char>(name[1])) != 0 && name[2] == '-';
    const bool kept = std::any_of(files.begin(), files.end(),
                                  [&](const auto& file) { return file.name == name; });
    if (ours && !kept) std::filesystem::remove(entry.path(), fault);
  }
  if (fault) return Error::bad_request(folder + ": " + fault.message());
  return {};
}

Result<void> write_folder(const std::string& folder, const std::vector<setup::Item>& items,
                          bool dry_run) {
  const std::vector<setup::ManifestFile> files = setup::write_kustomization(items);
  if (!dry_run) {
    // Private: the Secret's key is among them.
    if (auto made = detail::make_private_folder(folder, "kustomization.yaml"); !made) return made;
    if (auto removed = remove_former_files(folder, files); !removed) return removed;
  }
  for (const setup::ManifestFile& file : files) {
    const std::string path = folder + "/" + file.name;
    if (!dry_run) {
      if (auto wrote = detail::write_private_file(path, file.text); !wrote) return wrote;
    }
    std::cout << (dry_run ? "would write " : "wrote ") << path << "\n";
  }
  return {};
}

}  // namespace

int run_manifests(const CommandRun& run) {
  CLI::App app(
      "Print the objects that this server needs in a cluster, as YAML for kubectl apply. Each run "
      "makes another certificate, unless --output-dir keeps it.");
  setup::PlanOptions options;
  std::string folder;
  bool installer_role = false;
  bool dry_run = false;
  add_name_flags(app, run.server, options);
  WorkloadFlags workload(app, run.server, options);
  app.add_option("--output-dir", folder,
                 "Write a kustomization into this folder instead: a file an object")
      ->type_name("DIR");
  CLI::Option* const role =
      app.add_flag("--installer-role", installer_role,
                   "Print the ClusterRole that whoever runs install needs, instead");
  app.add_option("--external", options.external,
                 "With --installer-role: of install --external, with the same address")
      ->type_name("HOST:PORT")
      ->needs(role);
  app.add_flag("--dry-run", dry_run, "Only tell what would be written");
  if (const auto code = run.parse(app)) return *code;
  if (const Result<void> read = workload.finish(); !read) return run.fail(read.error());
  options.arguments = run.rest;
  const Result<setup::Plan> plan = setup::make_plan(run.server, options);
  if (!plan) return run.fail(plan.error());

  if (installer_role) {
    const setup::Item item = setup::installer_role(*plan, setup::make_manifests(*plan, {}));
    std::cout << setup::write_manifests({item});
    return kDone;
  }
  if (plan->image.empty()) {
    return run.fail(
        Error::bad_request("which image? Give --image, such as "
                           "--image registry.example.com/" +
                           plan->name + ":v1"));
  }
  if (plan->trust && plan->trust->front_proxy_ca.empty()) {
    return run.fail(Error::bad_request(
        "--without-kube-system needs --requestheader-client-ca-file here; install can copy it "
        "from the cluster"));
  }
  setup::CertificateSet certificates;
  if (plan->issuer == setup::Issuer::kOwn) {
    if (!folder.empty()) certificates = kept_certificates(folder, *plan);
    Result<setup::Renewal> renewal =
        setup::renew_certificates(*plan, certificates, run.environment.clock.wall_now());
    if (!renewal) return run.fail(renewal.error());
    certificates = std::move(renewal->set);
  }
  const std::vector<setup::Item> items = setup::make_manifests(*plan, certificates);
  if (folder.empty()) {
    std::cout << setup::write_manifests(items);
    return kDone;
  }
  if (const Result<void> wrote = write_folder(folder, items, dry_run); !wrote) {
    return run.fail(wrote.error());
  }
  return kDone;
}

}  // namespace annex::cli
