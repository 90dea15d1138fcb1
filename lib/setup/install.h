// install and uninstall: what a server needs in a cluster, put there and taken away.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "annex/util/clock.h"
#include "kube/objects.h"
#include "setup/certificates.h"
#include "setup/item.h"

namespace annex::setup {

/// Where a command tells what it does, a line a step.
using Progress = std::function<void(const std::string& line)>;

/// What works on a cluster; all of it outlives the call. One thread.
struct Tools {
  kube::Objects& objects;
  util::Clock& clock;
  kube::Sleep sleep{};
  Progress tell{};
};

struct InstallOptions {
  bool force = false;    ///< takes fields, and APIServices, over from others
  bool dry_run = false;  ///< tells what would be done
  bool wait = true;      ///< false: ends when everything is applied
  /// For all that is waited for together.
  util::Duration timeout = std::chrono::minutes(3);
  std::string program{};  ///< how the command is called, for hints
  /// Of a server outside of the cluster, which no Secret keeps; see `on_certificates`.
  CertificateSet certificates{};
  /// Keeps what has been made for such a server, before anything is applied. May be empty.
  std::function<Result<void>(const CertificateSet&)> on_certificates{};
};

/// The plan in the cluster: rights are looked at first, then each object is applied in its order,
/// and waited for until the server answers a list through the aggregator. Again, it changes
/// nothing. Forbidden: rights are missing, all of them named. Timeout: something did not come, in a
/// sentence that says what it said last. Conflict: somebody else has it.
Result<void> install(const Plan& plan, const InstallOptions& options, const Tools& tools);

struct UninstallOptions {
  bool delete_data = false;  ///< its volume claim, and its namespace
  bool dry_run = false;
  util::Duration timeout = std::chrono::minutes(3);
};

/// Takes away what install has put there, the APIServices first, since one without a server keeps
/// every namespace of the cluster from ending. What annex did not make is left, and told. Again, it
/// does nothing.
Result<void> uninstall(const Plan& plan, const UninstallOptions& options, const Tools& tools);

}  // namespace annex::setup
