#include "server/gate_metrics.h"

#include <vector>

namespace annex::detail {
namespace {

double seconds(util::Duration took) { return std::chrono::duration<double>(took).count(); }

/// Fifteen buckets, each twice the one before.
std::vector<double> bounds() {
  std::vector<double> all;
  for (double bound = 0.001; all.size() < 15; bound *= 2) all.push_back(bound);
  return all;
}

}  // namespace

GateMetrics::GateMetrics(Metrics& metrics) {
  const std::array<const char*, 3> authentications = {"success", "failure", "error"};
  for (std::size_t at = 0; at < authentications.size(); ++at) {
    const Metrics::Labels labels = {{"result", authentications[at]}};
    authentications_[at] = {
        metrics.counter("authentication_attempts", "Attempts to tell who calls.", labels),
        metrics.histogram("authentication_duration_seconds",
                          "Time that it took to tell who calls, in seconds.", bounds(), labels)};
  }
  const std::array<const char*, 4> authorizations = {"allowed", "denied", "no-opinion", "error"};
  for (std::size_t at = 0; at < authorizations.size(); ++at) {
    const Metrics::Labels labels = {{"result", authorizations[at]}};
    authorizations_[at] = {
        metrics.counter("authorization_attempts_total", "Decisions whether they may.", labels),
        metrics.histogram("authorization_duration_seconds",
                          "Time that the decisions took, in seconds.", bounds(), labels)};
  }
  const auto users = [&](const char* name) {
    return metrics.counter("authenticated_user_requests",
                           "Requests of callers that were told, by a class of names.",
                           {{"username", name}});
  };
  named_by_mail_ = users("email_id");
  named_otherwise_ = users("other");
}

void GateMetrics::authenticated(Authentication result, util::Duration took) const {
  const Outcome& outcome = authentications_.at(static_cast<std::size_t>(result));
  outcome.attempts.add();
  outcome.seconds.observe(seconds(took));
}

void GateMetrics::used(const std::string& name) const {
  (name.find('@') == std::string::npos ? named_otherwise_ : named_by_mail_).add();
}

void GateMetrics::authorized(Authorization result, util::Duration took) const {
  const Outcome& outcome = authorizations_.at(static_cast<std::size_t>(result));
  outcome.attempts.add();
  outcome.seconds.observe(seconds(took));
}

}  // namespace annex::detail
