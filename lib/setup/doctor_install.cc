// The command that puts back what is missing and leaves the server as it is.
#include <algorithm>

#include "setup/certificates.h"
#include "setup/examination.h"
#include "setup/manifests.h"
#include "setup/serving.h"
#include "setup/workload.h"

namespace annex::setup {
namespace {

/// The value of a flag as annex writes it; nothing if it is not among the arguments.
std::optional<std::string> value_of(const std::vector<std::string>& arguments,
                                    const std::string& flag) {
  for (const std::string& argument : arguments) {
    if (argument == flag) return std::string();
    if (argument.rfind(flag + "=", 0) == 0) return argument.substr(flag.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

std::string shell_word(const std::string& text) {
  const bool is_plain = !text.empty() && text.find_first_not_of(
                                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-_./:@=,") == std::string::npos;
  if (is_plain) return text;
  std::string quoted;
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "'" + quoted + "'";
}

std::string address_text(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Examination::outside() {
  const json::Value* const service = get(core("services", plan.namespace_name), plan.service);
  if (const std::string name = text_at(service, {"spec", "externalName"}); !name.empty()) {
    const json::Array& ports = items_at(service, {"spec", "ports"});
    const std::int64_t port = ports.empty() ? 0 : number_at(&ports.front(), {"port"});
    return address_text(name, port == 0 ? plan.service_port : static_cast<std::uint16_t>(port));
  }
  if (endpoint_host.empty()) read_endpoints(*this, service);
  return endpoint_host.empty() ? "HOST:PORT" : address_text(endpoint_host, endpoint_port);
}

Plan Examination::found_plan() {
  Plan found = plan;
  if (external) {
    // Where it leads can be a place that install refuses: the command says so when it is run.
    static_cast<void>(read_external(outside(), found));
    return found;
  }
  found.image = text_at(workload.container, {"image"});
  const json::Array& ports = items_at(workload.container, {"ports"});
  const std::int64_t port = ports.empty() ? 0 : number_at(&ports.front(), {"containerPort"});
  if (port != 0) found.port = static_cast<std::uint16_t>(port);
  if (!is_annexes()) return found;
  std::vector<std::string> arguments;
  for (const json::Value& argument : items_at(workload.container, {"args"})) {
    if (argument.is_string()) arguments.push_back(argument.as_string());
  }
  found.store = value_of(arguments, "--store").value_or(plan.store);
  found.renews = value_of(arguments, "--renew-certificates").has_value();
  if (value_of(arguments, "--authentication-skip-lookup")) {
    found.trust = Trust{"-", value_of(arguments, "--client-ca-file").value_or(""),
                        value_of(arguments, "--requestheader-allowed-names").value_or("")};
  }
  // What only a store that servers share is started with tells it from the others.
  found.workload = Workload::kShared;
  std::vector<std::string> own = server_arguments(found);
  const auto is_among = [&](const std::vector<std::string>& all) {
    return [&all](const std::string& each) {
      return std::find(all.begin(), all.end(), each) != all.end();
    };
  };
  if (!std::all_of(own.begin(), own.end(), is_among(arguments))) {
    found.workload = workload.resource == "statefulset" ? Workload::kFile : Workload::kMemory;
  }
  std::erase_if(arguments, is_among(own));
  found.arguments = std::move(arguments);
  return found;
}

std::string Examination::install_command(bool same_image) {
  if (external) return own("install") + " --external " + shell_word(outside());
  const Plan found = found_plan();
  std::string command = own("install") + " --image " +
                        (same_image && !found.image.empty() ? shell_word(found.image) : "IMAGE");
  if (found.port != PlanOptions().port) command += " --port " + std::to_string(found.port);
  if (found.store != plan.store) {
    // A file has its place in the volume.
    const bool is_file = found.workload == Workload::kFile;
    command += " --store " +
               shell_word(is_file ? found.store.substr(0, found.store.find(':')) : found.store);
  }
  if (found.renews) command += " --renew-certificates";
  if (found.trust) command += " --without-kube-system";
  if (!found.arguments.empty()) command += " --";
  for (const std::string& argument : found.arguments) command += " " + shell_word(argument);
  return command;
}

std::string Examination::held() {
  if (held_) return *held_;
  held_.emplace();
  const Plan found = found_plan();
  CertificateSet certificates;
  if (const auto kept = tools.objects.get(core("secrets", found.namespace_name), found.secret());
      kept && *kept) {
    const auto renewed = renew_certificates(found, certificates_in(**kept), tools.clock.wall_now());
    if (renewed) certificates = renewed->set;
  }
  for (const Item& item : make_manifests(found, certificates)) {
    // Without annex's workload it is not known what would be written.
    if (item.place.group() == "apps" && !is_annexes()) continue;
    const auto now = tools.objects.get(item.place, item.name());
    if (!now || !*now) continue;
    if (item.place.plural == kNamespace.plural && !is_ours(found, **now)) continue;
    const bool is_registration = item.place.plural == kApiService.plural;
    const bool leads_elsewhere =
        is_registration &&
        ((*now)->at_string({"spec", "service", "name"}) != plan.service ||
         (*now)->at_string({"spec", "service", "namespace"}) != plan.namespace_name);
    const Item wanted = is_registration && is_bundle_managed(**now) ? without_bundle(item) : item;
    const auto applied =
        tools.objects.apply(item.place, wanted.object, {/*force=*/false, /*dry_run=*/true, {}});
    if (!leads_elsewhere && (applied || applied.error().reason != Reason::kConflict)) continue;
    *held_ += (held_->empty() ? "" : ", ") + item.text();
  }
  return *held_;
}

}  // namespace annex::setup
