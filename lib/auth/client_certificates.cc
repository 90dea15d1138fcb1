#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "annex/auth/authenticator.h"
#include "annex/util/mutex.h"

namespace annex::auth {
namespace {

using Answer = std::optional<request::UserInfo>;

/// Remembers what a chain says about its holder. The chain itself is the key, so that an entry can
/// never be taken for another's; its bytes are bounded by the number of entries and by what a
/// handshake can carry.
class ClientCertificates final : public Authenticator {
 public:
  ClientCertificates(tls::CaPool roots, const util::Clock& clock)
      : roots_(std::move(roots)), clock_(clock) {}

  Result<Answer> authenticate(const http::Request& request) override {
    if (!request.peer_chain || request.peer_chain->empty()) return Answer();
    const util::WallTime now = clock_.wall_now();
    const std::string key = chain_key(*request.peer_chain);
    if (std::optional<Answer> known = find(key, now)) return std::move(*known);

    const Result<tls::Certificate> leaf =
        roots_.verify(*request.peer_chain, tls::Usage::kClient, now);
    if (!leaf) return leaf.error();
    const tls::Subject subject = leaf->subject();
    Answer answer;
    if (!subject.common_names.empty() && !subject.common_names.front().empty()) {
      answer.emplace();
      answer->name = subject.common_names.front();
      answer->groups = subject.organizations;
    }
    remember(key, answer, now);
    return answer;
  }

  bool may_block() const override { return false; }

 private:
  /// Intermediates and roots may end earlier than the leaf: no answer is kept for long.
  static constexpr std::chrono::minutes kKept{1};
  static constexpr std::size_t kEntries = 1024;

  struct Known {
    Answer answer{};
    util::WallTime since{};
  };

  static std::string chain_key(const std::vector<std::string>& chain) {
    std::string key;
    for (const std::string& certificate : chain) {
      key += std::to_string(certificate.size()) + ':' + certificate;
    }
    return key;
  }

  std::optional<Answer> find(const std::string& key, util::WallTime now) {
    const util::MutexLock lock(mutex_);
    const auto entry = known_.find(key);
    if (entry == known_.end()) return std::nullopt;
    if (now < entry->second.since || now - entry->second.since >= kKept) {
      known_.erase(entry);
      return std::nullopt;
    }
    return entry->second.answer;
  }

  void remember(const std::string& key, const Answer& answer, util::WallTime now) {
    const util::MutexLock lock(mutex_);
    if (known_.size() >= kEntries) known_.clear();
    known_[key] = {answer, now};
  }

  const tls::CaPool roots_;
  const util::Clock& clock_;
  util::Mutex mutex_;
  std::unordered_map<std::string, Known> known_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace

AuthenticatorPtr make_client_certificates(tls::CaPool roots, const util::Clock& clock) {
  return std::make_shared<ClientCertificates>(std::move(roots), clock);
}

}  // namespace annex::auth
