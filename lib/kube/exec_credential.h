// Credentials that a program gives: client-go's ExecCredential, v1 and v1beta1.
#pragma once

#include <optional>
#include <string>

#include "annex/kube/config.h"
#include "annex/util/clock.h"
#include "annex/util/mutex.h"
#include "kube/program.h"

namespace annex::kube {

/// Who calls, as the program said last. A value; either part may be empty, not both.
struct Credential {
  std::string token{};
  std::string certificate_pem{};
  std::string key_pem{};
};

/// Runs the program when there is no credential, when that has ended, and after doubt(). Any
/// thread; while it runs, others wait for it.
class ExecCredential {
 public:
  /// `clock`, by whose wall time credentials end, outlives it.
  ExecCredential(ExecProgram program, util::Clock& clock, ProgramLimits limits = {});

  /// BadRequest, naming the program: it gave none.
  Result<Credential> get();
  /// The server did not accept `refused`; another that has come meanwhile stays.
  void doubt(const Credential& refused);

 private:
  Result<Credential> run() ANNEX_REQUIRES(mutex_);
  Result<Credential> read(const std::string& output) ANNEX_REQUIRES(mutex_);

  const ExecProgram program_;
  util::Clock& clock_;
  const ProgramLimits limits_;
  util::Mutex mutex_;
  std::optional<Credential> credential_ ANNEX_GUARDED_BY(mutex_){};
  std::optional<util::WallTime> end_ ANNEX_GUARDED_BY(mutex_){};  ///< none: it does not end
};

}  // namespace annex::kube
