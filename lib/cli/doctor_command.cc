#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "annex/json/write.h"
#include "cli/cluster_flags.h"
#include "cli/plan_flags.h"
#include "cli/setup_commands.h"
#include "setup/direct.h"
#include "setup/doctor.h"

namespace annex::cli {
namespace {

const char* severity_text(setup::Severity severity) {
  return severity == setup::Severity::kError ? "error" : "warning";
}

json::Value json_of(const std::vector<setup::Finding>& findings) {
  json::Array items;
  for (const setup::Finding& finding : findings) {
    items.push_back(
        json::Object{{"code", finding.code},
                     {"severity", severity_text(finding.severity)},
                     {"message", finding.message},
                     {"remedy", finding.remedy},
                     {"commands", json::Array(finding.commands.begin(), finding.commands.end())}});
  }
  return json::Object{{"findings", std::move(items)}};
}

void print(const std::vector<setup::Finding>& findings) {
  for (const setup::Finding& finding : findings) {
    std::cout << severity_text(finding.severity) << " " << finding.code << ": " << finding.message
              << "\n  " << finding.remedy << "\n";
    for (const std::string& command : finding.commands) std::cout << "    " << command << "\n";
  }
  if (findings.empty()) std::cout << "Nothing is wrong.\n";
}

/// A flag that a command needs to mean the same.
std::string repeated(const std::string& flag, const std::string& value) {
  if (value.empty()) return {};
  return " " + flag + " " + setup::shell_word(value);
}

}  // namespace

int run_doctor(const CommandRun& run) {
  CLI::App app(
      "Find what is wrong with this server in a cluster, and what mends it. Nothing is changed. "
      "Exit codes: 0: nothing is wrong, or there are only warnings; 1: something is; 2: the "
      "command "
      "line; 3: the cluster does not answer; 4: rights to look are missing.");
  setup::PlanOptions options;
  ClusterFlags flags;
  std::string output = "text";
  bool quiet = false;
  add_name_flags(app, run.server, options);
  add_cluster_flags(app, flags);
  app.add_option("--output,-o", output, "How findings are printed: text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("--quiet,-q", quiet, "Do not tell, on stderr, what is looked at");
  if (const auto code = run.parse(app)) return *code;
  const Result<setup::Plan> plan = setup::make_plan(run.server, options);
  if (!plan) return run.fail(plan.error());
  Result<ClusterConnection> cluster = connect(flags, run.environment);
  if (!cluster) return run.fail(cluster.error());

  setup::DoctorWords words;
  words.program = run.server.name();
  words.connection =
      repeated("--kubeconfig", flags.kubeconfig) + repeated("--context", flags.context);
  words.names = repeated("--name", options.name) + repeated("--namespace", options.namespace_name) +
                repeated("--service", options.service);
  const std::unique_ptr<setup::Direct> direct =
      setup::meet_directly(run.environment.clock, std::chrono::seconds(5));
  const auto progress = [&](const std::string& step, bool looked) {
    if (!quiet) std::cerr << (looked ? "looked at: " : "left out: ") << step << "\n";
  };
  const std::vector<setup::Finding> findings = setup::examine(
      *plan, words, {*cluster->client, *cluster->objects, *direct, run.environment.clock},
      progress);
  if (output == "json") {
    std::cout << json::write(json_of(findings)) << "\n";
  } else {
    print(findings);
  }
  const auto has = [&](const auto& is_it) {
    return std::any_of(findings.begin(), findings.end(), is_it);
  };
  if (has([](const setup::Finding& each) { return each.code == "no-answer"; })) return kUnreachable;
  if (has([](const setup::Finding& each) {
        return each.code == "not-allowed" || each.code == "caller-unknown";
      })) {
    return kForbidden;
  }
  return has([](const setup::Finding& each) { return each.severity == setup::Severity::kError; })
             ? kFailed
             : kDone;
}

}  // namespace annex::cli
