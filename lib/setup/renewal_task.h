// A server's own renewal of its certificates, while it runs.
#pragma once

#include <memory>
#include <stop_token>

#include "annex/server/options.h"
#include "setup/renewal.h"

namespace annex::setup {

/// Renews again and again what a keeper keeps. Owned by the program; one thread.
class RenewalTask {
 public:
  /// Steps are told to the environment's log. What `options` and `environment` name outlives it.
  RenewalTask(Plan plan, std::unique_ptr<CertificateKeeper> keeper, RenewalOptions options,
              Environment environment);

  /// Does what is due; an error has been logged, once for each reason.
  Result<void> round();
  /// How long to wait until the next round: until something is due, at most an hour, so that what
  /// others change is mended; a minute after an error.
  util::Duration pause() const { return pause_; }
  /// Rounds until it is stopped, by the machine's clock.
  void run(const std::stop_token& stop);

 private:
  const Plan plan_;
  const std::unique_ptr<CertificateKeeper> keeper_;
  RenewalOptions options_;
  const Environment environment_;
  util::Duration pause_ = std::chrono::minutes(1);
  std::string told_{};  ///< the failure that is in the log already
};

}  // namespace annex::setup
