#include "setup/renewal_task.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace annex::setup {
namespace {

constexpr std::chrono::minutes kAfterError{1};
constexpr std::chrono::seconds kShortest{1};
constexpr std::chrono::hours kLongest{1};

}  // namespace

RenewalTask::RenewalTask(Plan plan, std::unique_ptr<CertificateKeeper> keeper,
                         RenewalOptions options, Environment environment)
    : plan_(std::move(plan)),
      keeper_(std::move(keeper)),
      options_(std::move(options)),
      environment_(environment) {
  options_.tell = [this](const std::string& line) {
    environment_.logger.info("Certificates", {{"step", line}});
  };
}

Result<void> RenewalTask::round() {
  const util::WallTime now = environment_.clock.wall_now();
  const Result<Renewal> renewal = renew_kept(plan_, *keeper_, options_, now);
  if (renewal) {
    told_.clear();
    pause_ = std::clamp<util::Duration>(renewal->next - now, kShortest, kLongest);
    return {};
  }
  pause_ = kAfterError;
  const std::string reason = renewal.error().message;
  if (std::exchange(told_, reason) != reason) {
    environment_.logger.error("The certificates cannot be renewed; it is tried again each minute",
                              {{"kept", keeper_->text()}, {"reason", reason}});
  }
  return renewal.error();
}

void RenewalTask::run(const std::stop_token& stop) {
  std::mutex mutex;  // guards nothing: a wait needs one
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    static_cast<void>(round());
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, pause_, [] { return false; });
  }
}

}  // namespace annex::setup
