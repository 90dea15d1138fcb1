// Follows the serving certificate's files while the server runs.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "annex/server/options.h"
#include "annex/util/mutex.h"

namespace annex::detail {

/// Reads the certificates again and again and compares what it read: a Secret's volume swaps a
/// symbolic link, which a watch on the files would miss. Owned by the running server; it owns one
/// thread between start() and stop().
class ServingReload {
 public:
  using Reader = std::function<Result<transport::ServingCertificates>()>;
  /// Puts certificates to use in new handshakes; an error, and nothing has changed.
  using Apply = std::function<Result<void>(const transport::ServingCertificates&)>;

  /// `served` are those in use. `logger` outlives it.
  ServingReload(transport::ServingCertificates served, Reader read, Apply apply,
                util::Logger& logger);
  ~ServingReload();
  ServingReload(const ServingReload&) = delete;
  ServingReload& operator=(const ServingReload&) = delete;

  /// Checks each `interval` of the machine's clock. stop() is idempotent.
  void start(util::Duration interval);
  void stop();
  /// Reads once and applies what changed. Not while the thread runs.
  void check();

 private:
  void complain(const std::string& reason);

  transport::ServingCertificates served_;
  const Reader read_;
  const Apply apply_;
  util::Logger& logger_;
  std::string told_{};  ///< the failure that is in the log already
  util::Mutex mutex_;
  util::CondVar wake_;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace annex::detail
