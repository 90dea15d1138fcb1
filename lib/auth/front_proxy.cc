#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "annex/auth/authenticator.h"
#include "annex/http/uri.h"
#include "auth/identity_headers.h"
#include "auth/verified_chains.h"

namespace annex::auth {
namespace {

using Answer = std::optional<request::UserInfo>;

std::string first_value(const http::Headers& headers, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    // Only a header's first line counts, as Go's Header.Get has it.
    const std::optional<std::string_view> value = headers.first(name);
    if (value && !value->empty()) return std::string(*value);
  }
  return {};
}

class FrontProxy final : public Authenticator {
 public:
  FrontProxy(TrustSourcePtr trust, const util::Clock& clock)
      : trust_(std::move(trust)), chains_(clock) {}

  Result<Answer> authenticate(const http::Request& request) override {
    if (!request.peer_chain || request.peer_chain->empty()) return Answer();
    const std::shared_ptr<const Trust> trust = trust_->current();
    if (!trust->front_proxy) return Answer();
    const FrontProxyTrust& proxy = *trust->front_proxy;
    const Result<tls::Certificate> leaf =
        chains_.verify(request.peer_chain, proxy.roots, trust->generation);
    if (!leaf) return Error{Reason::kUnauthorized, leaf.error().message};
    if (const Result<void> named = check_name(proxy, *leaf); !named) return named.error();
    return read_user(proxy, request.headers);
  }

  bool may_block() const override { return false; }

  void remove_credentials(http::Headers& headers) const override {
    const std::shared_ptr<const Trust> trust = trust_->current();
    if (!trust->front_proxy) return;
    const FrontProxyTrust& proxy = *trust->front_proxy;
    for (const auto* names : {&proxy.username_headers, &proxy.uid_headers, &proxy.group_headers}) {
      for (const std::string& name : *names) headers.remove(name);
    }
    for (const std::string& prefix : proxy.extra_prefixes) remove_prefixed(headers, prefix);
  }

 private:
  static Result<void> check_name(const FrontProxyTrust& proxy, const tls::Certificate& leaf) {
    if (proxy.allowed_names.empty()) return {};
    const tls::Subject subject = leaf.subject();
    const std::string name =
        subject.common_names.empty() ? std::string() : subject.common_names.back();
    if (std::find(proxy.allowed_names.begin(), proxy.allowed_names.end(), name) !=
        proxy.allowed_names.end()) {
      return {};
    }
    return Error{Reason::kUnauthorized,
                 "x509: subject with cn=" + name + " is not in the allowed list"};
  }

  static Answer read_user(const FrontProxyTrust& proxy, const http::Headers& headers) {
    request::UserInfo user;
    user.name = first_value(headers, proxy.username_headers);
    if (user.name.empty()) return std::nullopt;
    user.uid = first_value(headers, proxy.uid_headers);
    for (const std::string& name : proxy.group_headers) {
      for (const std::string_view group : headers.all(name)) {
        if (!group.empty()) user.groups.emplace_back(group);
      }
    }
    for (const std::string& prefix : proxy.extra_prefixes) {
      for (const http::Headers::Field& field : headers) {
        if (std::optional<std::string> key = extra_key(field.first, prefix)) {
          add_extra(user, *key, field.second);
        }
      }
    }
    return user;
  }

  const TrustSourcePtr trust_;
  VerifiedChains chains_;
};

}  // namespace

AuthenticatorPtr make_front_proxy(TrustSourcePtr trust, const util::Clock& clock) {
  return std::make_shared<FrontProxy>(std::move(trust), clock);
}

}  // namespace annex::auth
