#include <atomic>

#include "transport/protocol.h"

namespace annex::transport {
namespace {

/// The debt of one answer. If all copies of Respond die unused, the stream is told.
class Debt {
 public:
  Debt(std::shared_ptr<Inbox> inbox, http::WakeId id) : inbox_(std::move(inbox)), id_(id) {}
  Debt(const Debt&) = delete;
  Debt& operator=(const Debt&) = delete;
  ~Debt() { pay(std::nullopt); }

  void pay(std::optional<http::Response> response) {
    if (!paid_.exchange(true)) inbox_->answer(id_, std::move(response));
  }

 private:
  std::shared_ptr<Inbox> inbox_;
  http::WakeId id_;
  std::atomic<bool> paid_ = false;
};

}  // namespace

void Peer::serve(http::Request&& request, std::uint64_t stream) const {
  auto debt = std::make_shared<Debt>(inbox, http::WakeId{connection, stream});
  service.serve(std::move(request), [debt = std::move(debt)](http::Response response) {
    debt->pay(std::move(response));
  });
}

}  // namespace annex::transport
