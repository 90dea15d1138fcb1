#include "annex/testing/fixture.h"

#include <future>
#include <stdexcept>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "server/line_reader.h"

namespace annex::testing {
namespace {

constexpr const char* kUserHeader = "X-Fixture-User";
constexpr const char* kUidHeader = "X-Fixture-Uid";
constexpr const char* kGroupHeader = "X-Fixture-Group";
constexpr const char* kExtraHeader = "X-Fixture-Extra";  // a key, a newline, a value
constexpr std::chrono::seconds kPatience(10);

void add_headers(http::Headers& headers, const request::UserInfo& user) {
  headers.add(kUserHeader, user.name);
  headers.add(kUidHeader, user.uid);
  for (const std::string& group : user.groups) headers.add(kGroupHeader, group);
  for (const auto& extra : user.extra) {
    for (const std::string& value : extra.second) {
      headers.add(kExtraHeader, extra.first + "\n" + value);
    }
  }
}

void add_extra(request::UserInfo& user, std::string_view line) {
  const std::size_t end = line.find('\n');
  const std::string_view key = line.substr(0, end);
  if (user.extra.empty() || user.extra.back().first != key)
    user.extra.emplace_back(std::string(key), std::vector<std::string>());
  user.extra.back().second.emplace_back(line.substr(end + 1));
}

/// Takes the fixture's word for who calls: nobody else can send to it.
class FixtureAuthenticator final : public auth::Authenticator {
 public:
  Result<std::optional<request::UserInfo>> authenticate(const http::Request& request) override {
    if (auth::bearer_token(request)) return Error{Reason::kUnauthorized, "invalid bearer token"};
    const std::optional<std::string_view> name = request.headers.first(kUserHeader);
    if (!name) return std::optional<request::UserInfo>();
    request::UserInfo user;
    user.name = *name;
    user.uid = request.headers.first(kUidHeader).value_or("");
    for (const std::string_view group : request.headers.all(kGroupHeader)) {
      user.groups.emplace_back(group);
    }
    for (const std::string_view extra : request.headers.all(kExtraHeader)) {
      add_extra(user, extra);
    }
    return std::optional(std::move(user));
  }
  bool may_block() const override { return false; }
};

}  // namespace

Reply::Reply(http::Response response, util::Clock& clock) : response_(std::move(response)) {
  auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response_.body);
  if (source != nullptr) stream_ = std::make_unique<detail::LineReader>(std::move(*source), clock);
}
Reply::Reply(Reply&&) noexcept = default;
Reply& Reply::operator=(Reply&&) noexcept = default;
Reply::~Reply() = default;

std::string Reply::header(std::string_view name) const {
  return std::string(response_.headers.first(name).value_or(""));
}

std::string Reply::text() const {
  return stream_ ? stream_->rest(kPatience) : response_.body_text();
}

json::Value Reply::json() const {
  Result<json::Value> value = json::parse(text());
  return value ? std::move(*value) : json::Value();
}

bool Reply::is_stream() const { return stream_ != nullptr; }
bool Reply::ended() const { return !stream_ || stream_->ended(); }

std::optional<std::string> Reply::line_if_any() {
  return stream_ ? stream_->line_if_any() : std::nullopt;
}

std::optional<std::string> Reply::next_line() {
  return stream_ ? stream_->next_line(kPatience) : std::nullopt;
}

json::Value Reply::next_json() {
  const std::optional<std::string> line = next_line();
  if (!line) return {};
  Result<json::Value> value = json::parse(*line);
  return value ? std::move(*value) : json::Value();
}

Fixture::Fixture(Server& server, std::uint64_t seed) : Fixture(server, {}, seed) {}

Fixture::Fixture(Server& server, const std::function<void(ServerOptions&)>& adjust,
                 std::uint64_t seed)
    : server_(server),
      random_(seed),
      user_(request::UserInfo{"admin", "", {"system:masters"}, {}}) {
  ServerOptions options;
  options.listen = false;
  options.worker_threads = 4;
  options.mend_interval = {};
  options.store = "memory";
  // A few changes would be kept however long ago they were: here the clock is to decide.
  options.watch_cache.min_events = 0;
  options.authenticators.push_back(std::make_shared<FixtureAuthenticator>());
  if (adjust) adjust(options);
  const Result<void> started = server_.start(std::move(options), {clock_, random_, logger_});
  if (!started) throw std::runtime_error(started.error().message);
}

Fixture::~Fixture() { server_.stop(); }

Reply Fixture::send(std::string method, const std::string& target, std::string body,
                    Headers headers) {
  http::Request request;
  request.method = std::move(method);
  Result<http::Target> parsed = http::parse_target(target);
  if (!parsed) throw std::runtime_error(target + ": " + parsed.error().message);
  request.target = std::move(*parsed);
  for (auto& header : headers) {
    request.headers.add(std::move(header.first), std::move(header.second));
  }
  if (user_) add_headers(request.headers, *user_);
  request.body = util::Bytes(std::move(body));
  request.protocol = "HTTP/1.1";
  request.remote_address = "127.0.0.1";
  request.received = clock_.now();

  auto answered = std::make_shared<std::promise<http::Response>>();
  std::future<http::Response> answer = answered->get_future();
  server_.service().serve(std::move(request), [answered](http::Response response) {
    answered->set_value(std::move(response));
  });
  return Reply(answer.get(), clock_);
}

Reply Fixture::post(const std::string& target, const json::Value& object) {
  return send("POST", target, json::write(object), {{"Content-Type", "application/json"}});
}

Reply Fixture::put(const std::string& target, const json::Value& object) {
  return send("PUT", target, json::write(object), {{"Content-Type", "application/json"}});
}

}  // namespace annex::testing
