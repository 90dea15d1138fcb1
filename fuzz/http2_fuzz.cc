// An HTTP/2 connection: every input gives the same requests whole, byte by byte and in seeded cuts,
// and none of them, answered or not, brings it down.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "annex/util/manual_clock.h"
#include "transport/protocol.h"

namespace {

using annex::transport::Protocol;

constexpr std::string_view kMagic = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A body in two pieces; the second comes later, or once it is woken.
class Slow final : public annex::http::BodySource {
 public:
  void start(annex::http::Waker waker) override { waker.wake(); }
  annex::http::Pull pull(std::size_t, annex::util::TimePoint now,
                         annex::util::Chunks& out) override {
    switch (pulls_++) {
      case 0:
        out.append(annex::util::Bytes::literal("first"));
        return annex::http::Pull::kWrote;
      case 1:
        later_ = now + std::chrono::seconds(1);
        return annex::http::Pull::kWait;
      default:
        later_.reset();
        out.append(annex::util::Bytes::literal("last"));
        return annex::http::Pull::kEnd;
    }
  }
  std::optional<annex::util::TimePoint> wake_at() const override { return later_; }

 private:
  int pulls_ = 0;
  std::optional<annex::util::TimePoint> later_;
};

/// Writes down what it is asked; answers at once, /s in pieces, or not at all.
class Service final : public annex::http::Service {
 public:
  explicit Service(bool answers) : answers_(answers) {}

  void serve(annex::http::Request request, annex::http::Respond respond) override {
    log += request.method + ' ' + request.target.raw_path + ' ' + std::string(request.body.view());
    for (const auto& [name, value] : request.headers) log += '\n' + name + ':' + value;
    log += '\n';
    if (answers_ && request.target.raw_path == "/s") {
      annex::http::Response response;
      response.body = std::make_unique<Slow>();
      respond(std::move(response));
    } else if (answers_) {
      respond(annex::http::Response::text(200, "text/plain", std::string(100000, 'a')));
    } else {
      held_.push_back(std::move(respond));
    }
  }
  annex::http::Response refusal(const annex::Error& error, int status) override {
    return annex::http::Response::text(status, "text/plain", error.message);
  }
  std::size_t body_limit(const annex::http::Request&) const override { return 1000; }

  std::string log;

 private:
  const bool answers_;
  std::vector<annex::http::Respond> held_;
};

class Run {
 public:
  explicit Run(bool answers) : service_(answers), talks_(answers) {
    annex::transport::Peer peer{service_, limits_, clock_, budget_, inbox_, date_, 1, "", nullptr};
    protocol_ = annex::transport::make_http2(peer, clock_.now());
    if (!protocol_) std::abort();
    feed(kMagic);
  }

  void feed(std::string_view bytes) {
    if (!protocol_->wants_input() || protocol_->finished()) return;
    protocol_->feed(bytes, clock_.now());
    if (talks_) talk();
  }
  /// Takes what the connection has to say, and brings the answers.
  void talk() {
    annex::transport::Inbox::Content content;
    inbox_->take(content);
    for (auto& answer : content.answers) {
      protocol_->answer(answer.id.stream, std::move(answer.response), clock_.now());
    }
    for (const auto& id : content.wakes) protocol_->wake(id.stream, clock_.now());
    std::string out;
    protocol_->produce(out, 1 << 20, clock_.now());
  }
  /// Lets every time limit pass, from one to the next, and then has the connection drained.
  void end() {
    for (int i = 0; i < 8 && !protocol_->finished(); ++i) {
      const auto due = protocol_->deadline();
      if (due && *due > clock_.now()) clock_.advance(*due - clock_.now());
      protocol_->expire(clock_.now());
      talk();
      if (i == 5) protocol_->drain(clock_.now());
    }
  }
  const std::string& log() const { return service_.log; }

 private:
  const annex::transport::Limits limits_{};
  annex::util::ManualClock clock_;
  annex::transport::Budget budget_{1 << 20};
  annex::http::DateText date_;
  std::shared_ptr<annex::transport::Inbox> inbox_ = std::make_shared<annex::transport::Inbox>();
  Service service_;
  const bool talks_;
  std::unique_ptr<Protocol> protocol_;
};

std::string run(std::string_view input, bool answers, std::size_t largest, std::size_t seed) {
  Run run(answers);
  std::minstd_rand random(static_cast<unsigned>(seed + 1));
  while (!input.empty()) {
    const std::size_t size = std::min(input.size(), 1 + random() % largest);
    run.feed(input.substr(0, size));
    input.remove_prefix(size);
  }
  run.end();
  return run.log();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Run whole(false);
  whole.feed(input);
  whole.end();
  // An answer that is out changes what its stream's further frames mean: those runs need not agree.
  for (const bool answers : {false, true}) {
    for (const std::size_t largest : {std::size_t{1}, std::size_t{40}}) {
      const std::string log = run(input, answers, largest, size);
      if (!answers && log != whole.log()) std::abort();
    }
  }
  return 0;
}
