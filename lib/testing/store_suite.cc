#include "annex/testing/store_suite.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <numeric>

#include "annex/util/random.h"
#include "testing/store_model.h"

namespace annex::testing {
namespace {

constexpr std::size_t kShownSteps = 40;

/// What a whole run must have come across; without it the run proves little.
constexpr const char* kExpectedHits[] = {"get",
                                         "get at",
                                         "list",
                                         "list at",
                                         "list limit",
                                         "list after",
                                         "list more",
                                         "create",
                                         "update",
                                         "remove",
                                         "watch",
                                         "watch ended",
                                         "current revision",
                                         "compact",
                                         "large value",
                                         "progress",
                                         "event create",
                                         "event update",
                                         "event delete",
                                         "error NotFound",
                                         "error Exists",
                                         "error Conflict",
                                         "error TooOld",
                                         "error Future"};

struct Run {
  Findings findings;
  std::vector<std::string> trace;
};

Run run_once(const MakeStore& make_store, const StoreSuiteOptions& options, const Plan& plan) {
  Run run;
  std::unique_ptr<storage::Store> store = make_store();
  if (store == nullptr) {
    run.findings.fail("suite.thorough", "there is no store to test");
    return run;
  }
  const History history = run_clients(*store, plan, options.wait);
  const Model model(history.records);
  check_history(history, model, run.findings);
  for (const Record& record : history.records) {
    if (record.op == Op::kUnwatch) run.findings.hit("watch ended");
    if (plan.steps.size() <= kShownSteps) run.trace.push_back(record.text());
  }
  sweep(std::move(store), model, options, run.findings);
  return run;
}

/// Makes a failing plan shorter: one client first, which makes what follows repeatable, then with
/// ever smaller parts of its steps left out.
class Shrinker {
 public:
  Shrinker(const MakeStore& make_store, const StoreSuiteOptions& options, Plan plan, Run run)
      : make_store_(make_store), options_(options), plan_(std::move(plan)), run_(std::move(run)) {}

  Run shrink() {
    Plan alone = plan_;
    alone.clients = 1;
    try_plan(alone);
    for (std::size_t part = plan_.steps.size() / 2; part > 0; part /= 2) {
      for (std::size_t begin = 0; begin < plan_.steps.size() && left() > 0;) {
        Plan shorter = plan_;
        const auto first = shorter.steps.begin() + static_cast<std::ptrdiff_t>(begin);
        const std::size_t size = std::min(part, shorter.steps.size() - begin);
        shorter.steps.erase(first, first + static_cast<std::ptrdiff_t>(size));
        if (!try_plan(shorter)) begin += part;
      }
    }
    return std::move(run_);
  }

 private:
  std::size_t left() const { return options_.shrink_runs - spent_; }

  bool try_plan(const Plan& plan) {
    // With several clients a failure may need another try to show again.
    const int tries = plan.clients == 1 ? 1 : 3;
    for (int i = 0; i < tries && left() > 0; ++i) {
      ++spent_;
      Run run = run_once(make_store_, options_, plan);
      if (run.findings.failures.empty()) continue;
      plan_ = plan;
      run_ = std::move(run);
      return true;
    }
    return false;
  }

  const MakeStore& make_store_;
  const StoreSuiteOptions& options_;
  Plan plan_;
  Run run_;
  std::size_t spent_ = 0;
};

std::uint64_t choose_seed(const StoreSuiteOptions& options) {
  if (options.seed) return *options.seed;
  const char* given = std::getenv("ANNEX_SEED");  // NOLINT(concurrency-mt-unsafe)
  if (given != nullptr && *given != '\0') return std::strtoull(given, nullptr, 10);
  util::SystemRandom random;
  return random.next() >> 32U;
}

}  // namespace

StoreSuiteReport store_suite(const MakeStore& make_store, const StoreSuiteOptions& options) {
  StoreSuiteReport report;
  report.seed = choose_seed(options);
  Plan plan;
  plan.seed = report.seed;
  plan.clients = std::max<std::size_t>(1, options.clients);
  plan.steps.resize(options.steps);
  std::iota(plan.steps.begin(), plan.steps.end(), std::uint32_t{0});

  Run run = run_once(make_store, options, plan);
  report.hits = run.findings.hits;
  if (!run.findings.failures.empty()) {
    run = Shrinker(make_store, options, std::move(plan), std::move(run)).shrink();
    report.failures = std::move(run.findings.failures);
    report.trace = std::move(run.trace);
    return report;
  }
  for (const auto& [code, provoke] : options.provoke) {
    const auto error = provoke();
    if (error && error->code == code) {
      ++report.hits["error " + code_text(code)];
    } else {
      report.failures.push_back(
          {"error.provoked", "the error " + code_text(code) + " did not come about" +
                                 (error ? ", but " + code_text(error->code) : "")});
    }
  }
  for (const char* what : kExpectedHits) {
    if (report.hits[what] == 0) {
      report.failures.push_back(
          {"suite.thorough", std::string("never came up, take more steps: ") + what});
    }
  }
  return report;
}

bool StoreSuiteReport::failed(std::string_view property) const {
  return std::any_of(failures.begin(), failures.end(),
                     [&](const StoreFailure& failure) { return failure.property == property; });
}

std::string StoreSuiteReport::text() const {
  std::string text = "ANNEX_SEED=" + std::to_string(seed) + "\n";
  for (const StoreFailure& failure : failures) {
    text += "failed: " + failure.property + ": " + failure.text + "\n";
  }
  for (const std::string& step : trace) text += "  " + step + "\n";
  for (const auto& [what, count] : hits) text += what + ": " + std::to_string(count) + "\n";
  return text;
}

int store_suite_main(const MakeStore& make_store, const StoreSuiteOptions& options) {
  const StoreSuiteReport report = store_suite(make_store, options);
  std::cout << report.text() << (report.passed() ? "passed\n" : "failed\n");
  return report.passed() ? 0 : 1;
}

}  // namespace annex::testing
