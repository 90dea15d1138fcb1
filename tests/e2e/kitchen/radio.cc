#include "radio.h"

#include <memory>
#include <utility>

namespace kitchen {
namespace {

constexpr std::string_view kPath = "/radio/";
constexpr std::size_t kMaxUnsent = std::size_t{1} << 20U;

/// Greets, and then sends back what it hears. All calls come from one thread.
class Echo final : public annex::http::Duplex {
 public:
  explicit Echo(std::string greeting) : unsent_(std::move(greeting)) {}

  void start(annex::http::Waker waker) override { waker_ = std::move(waker); }
  annex::http::Pull pull(std::size_t room, annex::util::TimePoint,
                         annex::util::Chunks& out) override {
    if (unsent_.empty()) return ended_ ? annex::http::Pull::kEnd : annex::http::Pull::kWait;
    out.append(unsent_.substr(0, room));
    unsent_.erase(0, room);
    return annex::http::Pull::kWrote;
  }
  bool receive(std::string_view bytes) override {
    if (bytes == "be quiet") {
      ended_ = true;
    } else {
      unsent_ += bytes;
    }
    waker_.wake();
    return unsent_.size() <= kMaxUnsent;
  }
  void receive_end() override {
    ended_ = true;
    waker_.wake();
  }

 private:
  std::string unsent_;
  bool ended_ = false;
  annex::http::Waker waker_;
};

}  // namespace

void describe(annex::schema::Object<Radio>& radio) {
  radio.field<&Radio::metadata>("metadata", "Standard object metadata.");
  radio.field<&Radio::station>("station", "What it plays.");
}

annex::http::Response Studio::say(const annex::http::Request& request) {
  const std::string name = request.target.path.substr(kPath.size());
  const std::string text(request.body.view());
  const std::lock_guard lock(mutex_);
  said_[name] += text;
  const auto [first, last] = followers_.equal_range(name);
  for (auto each = first; each != last;) {
    const bool gone = each->second.write(text) == annex::TextPipe::Written::kGone;
    each = gone ? followers_.erase(each) : std::next(each);
  }
  return annex::http::Response::text(200, "text/plain", "ok");
}

annex::Result<annex::TextPipe> Studio::log(const Radio& radio, const annex::LogOptions& options) {
  if (!options.container.empty()) return annex::Error::bad_request("a radio has no containers");
  annex::TextPipe pipe;
  const std::lock_guard lock(mutex_);
  pipe.write(options.cut(said_[radio.metadata.name]));
  if (options.follow) {
    followers_.emplace(radio.metadata.name, pipe);
  } else {
    pipe.close();
  }
  return pipe;
}

void Studio::add_to(annex::Server& server) {
  server.group("kitchen.example.com")
      .resource<Radio>("radios", "Radio")
      .version("v1")
      .log([this](const Radio& radio, const annex::LogOptions& options) {
        return log(radio, options);
      })
      .connect("listen",
               [](const Radio& radio, const annex::http::Request& request)
                   -> annex::Result<std::unique_ptr<annex::http::Duplex>> {
                 if (request.target.query.contains("loud")) {
                   return annex::Error::bad_request("too loud");
                 }
                 return std::unique_ptr<annex::http::Duplex>(
                     std::make_unique<Echo>("this is " + radio.station));
               });
  server.handle(std::string(kPath),
                [this](const annex::request::Context&, const annex::http::Request& request) {
                  return say(request);
                });
}

}  // namespace kitchen
