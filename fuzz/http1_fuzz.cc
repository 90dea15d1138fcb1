// The HTTP/1.1 codec: every input gives the same requests whole, byte by byte and in seeded cuts.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>

#include "transport/http1_codec.h"

using annex::transport::Http1Codec;

namespace {

const annex::util::TimePoint kNow{std::chrono::hours(1)};

class Run final : public Http1Codec::Events {
 public:
  void feed(std::string_view bytes) {
    codec_.feed(bytes, kNow);
    while (std::exchange(owed_, false)) {
      codec_.end_response(kNow);
      codec_.resume(kNow);
    }
  }
  const std::string& log() const { return log_; }

 private:
  std::size_t on_head(const annex::http::Request&) override { return 1000; }
  void on_request(annex::http::Request&& request) override {
    log_ += request.method + ' ' + request.target.raw_path + ' ' + std::string(request.body.view());
    for (const auto& [name, value] : request.headers) log_ += '\n' + name + ':' + value;
    answer(200, false);
  }
  void on_refused(const annex::Error&, int status) override {
    // Which fault is met first depends on the cuts; that the request is refused does not.
    log_ += "\nrefused";
    answer(status, true);
  }
  void answer(int status, bool close) {
    if (owed_ || codec_.closed()) std::abort();
    codec_.begin_response(status, {}, 0, close, "date");
    owed_ = true;
  }

  Http1Codec codec_{annex::transport::Http1Limits{}, *this, kNow};
  std::string log_;
  bool owed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Run whole;
  whole.feed(input);
  Run bytes;
  for (const char& c : input) bytes.feed(std::string_view(&c, 1));
  Run halves;
  halves.feed(input.substr(0, size / 2));
  halves.feed(input.substr(size / 2));
  Run cuts;
  std::minstd_rand random(static_cast<unsigned>(size + 1));
  for (std::string_view rest = input; !rest.empty();) {
    const std::size_t piece = std::min(rest.size(), std::size_t{1} + random() % 40);
    cuts.feed(rest.substr(0, piece));
    rest.remove_prefix(piece);
  }
  if (whole.log() != bytes.log() || whole.log() != halves.log() || whole.log() != cuts.log()) {
    std::abort();
  }
  return 0;
}
