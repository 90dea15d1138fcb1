#include "auth/review_call.h"

#include <algorithm>
#include <utility>

#include "annex/json/read.h"

namespace annex::auth {
namespace {

/// Gives each attempt a limit of its own, as a client with a timeout has it.
class LimitedClient final : public kube::Client {
 public:
  LimitedClient(kube::Client& client, util::Clock& clock, util::Duration attempt)
      : client_(client), clock_(clock), attempt_(attempt) {}

  Result<kube::Answer> call(const kube::Call& call, util::TimePoint deadline) override {
    return client_.call(call, std::min(deadline, clock_.now() + attempt_));
  }
  Result<kube::Answer> stream(const std::string& path,
                              const std::function<bool(std::string_view)>& on_bytes) override {
    return client_.stream(path, on_bytes);
  }
  void stop() override { client_.stop(); }
  bool stopped() const override { return client_.stopped(); }

 private:
  kube::Client& client_;
  util::Clock& clock_;
  const util::Duration attempt_;
};

}  // namespace

Result<json::Value> post_review(const Reviewer& reviewer, const std::string& path, std::string body,
                                util::TimePoint limit, util::Duration attempt) {
  kube::Call call;
  call.method = "POST";
  call.path = path;
  call.body = std::move(body);
  LimitedClient client(*reviewer.client, reviewer.clock, attempt);
  const Result<kube::Answer> answer = kube::call_with_retry(
      client, call, limit, reviewer.retry, reviewer.clock, reviewer.random, reviewer.sleep);
  if (!answer) return answer.error();
  json::ReadOptions options;
  options.max_depth = 100;
  Result<json::Document> document = json::read(answer->body, options);
  if (answer->status < 200 || answer->status > 299) {
    const std::string told = document ? document->value.at_string({"message"}) : std::string();
    return Error::unavailable(
        told.empty() ? "the Kubernetes API answered " + std::to_string(answer->status) : told);
  }
  if (!document || document->value.find("status") == nullptr) {
    return Error::unavailable("the Kubernetes API answered a review with something else");
  }
  return std::move(document->value);
}

std::vector<std::string> strings_of(const json::Value* array) {
  std::vector<std::string> strings;
  if (array == nullptr || !array->is_array()) return strings;
  for (const json::Value& item : array->as_array()) {
    if (item.is_string()) strings.push_back(item.as_string());
  }
  return strings;
}

}  // namespace annex::auth
