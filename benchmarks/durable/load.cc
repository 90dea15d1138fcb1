// Creates objects over many connections at once, each with its next request only after the last
// answer, and prints what came of it as JSON. One thread close to the socket: it shares the
// processors with the server that it measures.
//   load HOST:PORT PATH TOKEN APIVERSION KIND NAMES CONNECTIONS SECONDS
#include <netdb.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// Makes objects of about 1 KiB once they are stored.
const std::string kPadding(200, 'x');

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

int connect_to(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.substr(0, colon).c_str(), address.substr(colon + 1).c_str(), &hints,
                  &found) != 0) {
    die("no address " + address);
  }
  int descriptor = -1;
  for (const addrinfo* each = found; each != nullptr && descriptor < 0; each = each->ai_next) {
    descriptor = socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, each->ai_protocol);
    if (connect(descriptor, each->ai_addr, each->ai_addrlen) == 0) break;
    close(descriptor);
    descriptor = -1;
  }
  freeaddrinfo(found);
  if (descriptor < 0) die("nobody listens at " + address);
  return descriptor;
}

struct Plan {
  std::string address;
  std::string path;
  std::string token;
  std::string api_version;
  std::string kind;
  std::string names;
};

/// One caller. Requests are shorter than what a socket takes at once, so that only reading waits.
class Caller {
 public:
  Caller(const Plan& plan, SSL_CTX* context, std::size_t number)
      : plan_(plan), name_(plan.names + "-" + std::to_string(number) + "-") {
    descriptor_ = connect_to(plan.address);
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, descriptor_);
    if (SSL_connect(ssl_) != 1) die("no TLS");
    const std::string authorization = "Authorization: Bearer " + plan.token + "\r\n";
    head_ = "POST " + plan.path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization +
            "Content-Type: application/json\r\nContent-Length: ";
  }

  int descriptor() const { return descriptor_; }
  void ask() {
    const std::string body = R"({"kind":")" + plan_.kind + R"(","apiVersion":")" +
                             plan_.api_version + R"(","metadata":{"name":")" + name_ +
                             std::to_string(count_++) + R"(","annotations":{"padding":")" +
                             kPadding + "\"}}}";
    const std::string request = head_ + std::to_string(body.size()) + "\r\n\r\n" + body;
    asked_ = Clock::now();
    if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) die("cut off");
  }
  /// Reads what has come; the status once the answer is whole, before that 0.
  int hear() {
    std::array<char, 16384> piece{};
    do {
      const int got = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
      if (got <= 0) die("cut off");
      answer_.append(piece.data(), static_cast<std::size_t>(got));
    } while (SSL_has_pending(ssl_) == 1);
    const std::size_t head = answer_.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t length = answer_.find(kLength);
    if (length > head) die("an answer without a length: " + answer_.substr(0, head));
    if (answer_.size() < head + 4 + std::strtoull(&answer_[length + kLength.size()], nullptr, 10)) {
      return 0;
    }
    const int status = std::atoi(&answer_[9]);
    answer_.clear();
    return status;
  }
  double millis() const {
    return std::chrono::duration<double, std::milli>(Clock::now() - asked_).count();
  }

 private:
  const Plan& plan_;
  const std::string name_;
  std::string head_;
  int descriptor_ = -1;
  SSL* ssl_ = nullptr;
  std::size_t count_ = 0;
  Clock::time_point asked_{};
  std::string answer_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) die("usage: load HOST:PORT PATH TOKEN APIVERSION KIND NAMES CONNECTIONS SECONDS");
  const Plan plan{argv[1], argv[2], argv[3], argv[4], argv[5], argv[6]};
  const std::size_t connections = std::strtoull(argv[7], nullptr, 10);
  const double limit = std::strtod(argv[8], nullptr);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_read_ahead(context, 1);  // one read an answer, instead of two
  std::vector<Caller> callers;
  std::vector<pollfd> waiting;
  callers.reserve(connections);
  for (std::size_t i = 0; i < connections; ++i) {
    callers.emplace_back(plan, context, i);
    waiting.push_back({callers.back().descriptor(), POLLIN, 0});
  }
  const Clock::time_point begin = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  for (Caller& caller : callers) caller.ask();
  std::vector<double> millis;
  std::map<int, std::size_t> failed;
  for (std::size_t busy = connections; busy > 0;) {
    if (poll(waiting.data(), waiting.size(), 60000) <= 0) die("no answer");
    for (std::size_t i = 0; i < connections; ++i) {
      if (waiting[i].revents == 0) continue;
      const int status = callers[i].hear();
      if (status == 0) continue;
      if (status == 201) {
        millis.push_back(callers[i].millis());
      } else {
        ++failed[status];
      }
      if (seconds() < limit) {
        callers[i].ask();
      } else {
        waiting[i].fd = -1;
        --busy;
      }
    }
  }
  const double took = seconds();
  if (millis.empty()) die("nothing was created");
  std::sort(millis.begin(), millis.end());
  std::size_t wrong = 0;
  std::string statuses;
  for (const auto& [status, count] : failed) {
    wrong += count;
    statuses += (statuses.empty() ? "" : ",") + std::to_string(status);
  }
  std::printf(
      "{\"created\":%zu,\"rate\":%.1f,\"p50\":%.3f,\"p99\":%.3f,\"failed\":%zu,"
      "\"errors\":[%s]}\n",
      millis.size(), static_cast<double>(millis.size()) / took, millis[millis.size() / 2],
      millis[millis.size() * 99 / 100], wrong, statuses.c_str());
}
