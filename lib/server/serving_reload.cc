#include "server/serving_reload.h"

#include <algorithm>
#include <utility>

namespace annex::detail {
namespace {

bool same_sni(const transport::ServingCertificates& a, const transport::ServingCertificates& b) {
  return std::equal(a.sni.begin(), a.sni.end(), b.sni.begin(), b.sni.end(),
                    [](const auto& one, const auto& other) {
                      return one.certificate_pem == other.certificate_pem &&
                             one.key_pem == other.key_pem && one.patterns == other.patterns;
                    });
}

}  // namespace

ServingReload::ServingReload(transport::ServingCertificates served, Reader read, Apply apply,
                             util::Logger& logger)
    : served_(std::move(served)),
      read_(std::move(read)),
      apply_(std::move(apply)),
      logger_(logger) {}

ServingReload::~ServingReload() { stop(); }

void ServingReload::complain(const std::string& reason) {
  if (std::exchange(told_, reason) == reason) return;
  logger_.error("The serving certificate cannot be reloaded; the old one stays",
                {{"reason", reason}});
}

void ServingReload::check() {
  Result<transport::ServingCertificates> read = read_();
  if (!read) {
    complain(read.error().message);
    return;
  }
  const bool same_pair = read->certificate_pem == served_.certificate_pem &&
                         read->key_pem == served_.key_pem && same_sni(*read, served_);
  const bool same_ca = read->client_ca_pem == served_.client_ca_pem;
  if (same_pair && same_ca) {
    told_.clear();
    return;
  }
  if (const Result<void> applied = apply_(*read); !applied) {
    complain(applied.error().message);
    return;
  }
  served_ = std::move(*read);
  told_.clear();
  if (!same_pair) logger_.info("Loaded a new cert/key pair");
  if (!same_ca) logger_.info("Loaded client CA");
}

void ServingReload::start(util::Duration interval) {
  thread_ = std::thread([this, interval] {
    for (;;) {
      {
        const util::MutexLock lock(mutex_);
        if (!stopped_) wake_.wait_for(mutex_, interval);
        if (stopped_) return;
      }
      check();
    }
  });
}

void ServingReload::stop() {
  {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace annex::detail
