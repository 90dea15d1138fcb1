#include "setup/direct.h"

#include <utility>

#include "http/peer.h"

namespace annex::setup {
namespace {

class Network final : public Direct {
 public:
  Network(util::Clock& clock, util::Duration patience) : clock_(clock), patience_(patience) {}

  Result<std::vector<std::string>> chain(const std::string& host, std::uint16_t port,
                                         const std::string& server_name) override {
    http::Endpoint endpoint;
    endpoint.host = host;
    endpoint.port = port;
    endpoint.server_name = server_name;
    return http::shown_chain(std::move(endpoint), clock_.now() + patience_, clock_);
  }

  Result<kube::Answer> get(const std::string& host, std::uint16_t port,
                           const std::string& path) override {
    http::Endpoint endpoint;
    endpoint.host = host;
    endpoint.port = port;
    endpoint.skip_verify = true;
    http::ClientLimits limits;
    limits.body_bytes = 1 << 20;
    const auto client = http::Client::make(std::move(endpoint), limits, clock_);
    if (!client) return client.error();
    Result<http::Incoming> answer = (*client)->call(
        {"GET", path, {{"Accept", "application/json"}, {"User-Agent", "annex-doctor"}}, {}},
        clock_.now() + patience_);
    (*client)->stop();
    if (!answer) return answer.error();
    return kube::Answer{answer->status, std::move(answer->headers), std::move(answer->body)};
  }

 private:
  util::Clock& clock_;
  const util::Duration patience_;
};

}  // namespace

std::unique_ptr<Direct> meet_directly(util::Clock& clock, util::Duration patience) {
  return std::make_unique<Network>(clock, patience);
}

}  // namespace annex::setup
