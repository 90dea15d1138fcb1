#include "server/counted_client.h"

#include <utility>

namespace annex::detail {
namespace {

class CountedClient final : public kube::Client {
 public:
  CountedClient(std::shared_ptr<kube::Client> client, std::string name, Metrics& metrics,
                const util::Clock& clock)
      : client_(std::move(client)), name_(std::move(name)), metrics_(metrics), clock_(clock) {}

  Result<kube::Answer> call(const kube::Call& call, util::TimePoint deadline) override {
    const util::TimePoint begin = clock_.now();
    Result<kube::Answer> answer = client_->call(call, deadline);
    const Metrics::Labels labels = {
        {"code", answer ? std::to_string(answer->status) : std::string("<error>")}};
    metrics_.counter(name_ + "_total", "Calls of the Kubernetes API, by code.", labels).add();
    metrics_
        .histogram(name_ + "_duration_seconds", "Time of those calls, in seconds.",
                   {0.25, 0.5, 0.7, 1, 1.5, 3, 5, 10}, labels)
        .observe(std::chrono::duration<double>(clock_.now() - begin).count());
    return answer;
  }
  Result<kube::Answer> stream(const std::string& path,
                              const std::function<bool(std::string_view)>& on_bytes) override {
    return client_->stream(path, on_bytes);
  }
  void stop() override { client_->stop(); }
  bool stopped() const override { return client_->stopped(); }

 private:
  const std::shared_ptr<kube::Client> client_;
  const std::string name_;
  Metrics& metrics_;
  const util::Clock& clock_;
};

}  // namespace

std::shared_ptr<kube::Client> count_calls(std::shared_ptr<kube::Client> client, std::string name,
                                          Metrics& metrics, const util::Clock& clock) {
  return std::make_shared<CountedClient>(std::move(client), std::move(name), metrics, clock);
}

}  // namespace annex::detail
