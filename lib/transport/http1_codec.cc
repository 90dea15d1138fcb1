#include "transport/http1_codec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "transport/status_text.h"

namespace annex::transport {
namespace {

/// A line of a chunk's size may hold extensions, which are ignored.
constexpr std::size_t kMaxChunkLine = 4096;

/// Letters, digits and some marks.
class CharSet {
 public:
  constexpr explicit CharSet(std::string_view marks) {
    for (char c = 'a'; c <= 'z'; ++c) add(c);
    for (char c = 'A'; c <= 'Z'; ++c) add(c);
    for (char c = '0'; c <= '9'; ++c) add(c);
    for (const char c : marks) add(c);
  }
  bool has_all(std::string_view text) const {
    return std::all_of(text.begin(), text.end(),
                       [this](char c) { return in_[static_cast<unsigned char>(c)]; });
  }

 private:
  constexpr void add(char c) { in_[static_cast<unsigned char>(c)] = true; }
  std::array<bool, 256> in_{};
};

constexpr CharSet kToken("!#$%&'*+-.^_`|~");
constexpr CharSet kHost("-._~%!$&'()*+;=:[]");

bool is_token(std::string_view text) { return !text.empty() && kToken.has_all(text); }

bool is_field_value(std::string_view text) {
  return !has_control(text) ||
         std::all_of(text.begin(), text.end(), [](char c) { return c == '\t' || !is_control(c); });
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool parse_number(std::string_view text, int base, std::uint64_t& out) {
  // from_chars takes neither signs of an unsigned number nor spaces nor a prefix.
  if (text.empty()) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

std::size_t count_lines(const http::Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(),
                    [&](const auto& field) { return http::iequals(field.first, name); }));
}

/// True if `name` is an item of the comma-separated lists in the lines of that header.
bool has_item(const http::Headers& headers, std::string_view header, std::string_view name) {
  for (std::string_view line : headers.all(header)) {
    while (true) {
      const std::size_t comma = line.find(',');
      if (http::iequals(trim(line.substr(0, comma)), name)) return true;
      if (comma == std::string_view::npos) break;
      line = line.substr(comma + 1);
    }
  }
  return false;
}

}  // namespace

Http1Codec::Http1Codec(const Http1Limits& limits, Events& events, util::TimePoint now)
    : limits_(limits), events_(events), phase_began_(now) {}

void Http1Codec::feed(std::string_view bytes, util::TimePoint now) {
  if (phase_ == Phase::kClosed) return;
  if (phase_ == Phase::kHead && input_.empty() && !bytes.empty() && !first_) phase_began_ = now;
  // A body's time limit is on its stalling: every piece starts it anew.
  if (phase_ != Phase::kHead && phase_ != Phase::kAnswering) phase_began_ = now;
  input_.append(bytes);
  parse(now);
}

void Http1Codec::resume(util::TimePoint now) { parse(now); }

bool Http1Codec::wants_input() const {
  if (phase_ == Phase::kClosed) return false;
  return phase_ != Phase::kAnswering || input_.size() < limits_.pipelined_bytes;
}

std::optional<util::TimePoint> Http1Codec::deadline() const {
  switch (phase_) {
    case Phase::kAnswering:
    case Phase::kClosed:
      return std::nullopt;
    case Phase::kHead:
      return phase_began_ + (input_.empty() && !first_ ? limits_.idle_time : limits_.header_time);
    default:
      return phase_began_ + limits_.body_stall_time;
  }
}

void Http1Codec::expire(util::TimePoint now) {
  const auto due = deadline();
  if (!due || now < *due) return;
  if (phase_ == Phase::kHead && input_.empty()) {
    phase_ = Phase::kClosed;
    return;
  }
  refuse(408, phase_ == Phase::kHead ? "the request's head did not arrive in time"
                                     : "the request's body stopped arriving");
}

void Http1Codec::overload() {
  if (phase_ == Phase::kAnswering || phase_ == Phase::kClosed) return;
  refuse(429, "too many bytes of requests are held");
}

void Http1Codec::drain() {
  keep_alive_ = false;
  if (phase_ == Phase::kHead && input_.empty()) phase_ = Phase::kClosed;
}

bool Http1Codec::refuse(int status, std::string message) {
  const Error error = refusal_error(status, std::move(message));
  keep_alive_ = false;
  phase_ = Phase::kAnswering;
  suppress_body_ = request_.method == "HEAD";
  input_.clear();
  consumed_ = 0;
  body_.clear();
  events_.on_refused(error, status);
  return false;
}

void Http1Codec::complete() {
  phase_ = Phase::kAnswering;
  suppress_body_ = request_.method == "HEAD";
  request_.body = util::Bytes(std::exchange(body_, {}));
  events_.on_request(std::move(request_));
  request_.method.clear();  // what is refused next has none yet
}

void Http1Codec::parse(util::TimePoint now) {
  bool go_on = true;
  while (go_on) {
    const Phase before = phase_;
    switch (phase_) {
      case Phase::kHead:
        go_on = parse_head();
        break;
      case Phase::kBody:
      case Phase::kChunkData:
        go_on = take_body();
        break;
      case Phase::kChunkSize:
        go_on = parse_chunk_size();
        break;
      case Phase::kChunkEnd:
        if (rest() != std::string_view("\r\n").substr(0, rest().size()) &&
            rest().substr(0, 2) != "\r\n") {
          go_on = refuse(400, "a chunk does not end where its size says");
        } else if (rest().size() < 2) {
          go_on = false;
        } else {
          consumed_ += 2;
          phase_ = Phase::kChunkSize;
        }
        break;
      case Phase::kTrailers:
        go_on = parse_trailers();
        break;
      case Phase::kAnswering:
      case Phase::kClosed:
        go_on = false;
        break;
    }
    if (phase_ != before && before == Phase::kHead) phase_began_ = now;
  }
  // Once a call, not once a token: many small chunks must not move the same bytes again and again.
  input_.erase(0, std::min(consumed_, input_.size()));
  consumed_ = 0;
}

bool Http1Codec::parse_head() {
  // One empty line before a request is allowed: some clients send it after a body.
  if (!skipped_line_ && rest().substr(0, 2) == "\r\n") {
    consumed_ += 2;
    scanned_ = 0;
    skipped_line_ = true;
  }
  const std::string_view input = rest();
  const std::size_t from = scanned_ > 3 ? scanned_ - 3 : 0;
  const std::size_t end = input.find("\r\n\r\n", from);
  if (end == std::string_view::npos) {
    // What can never become a head is refused at once, so that nobody waits for its end.
    for (std::size_t i = from; i < input.size(); ++i) {
      if (input[i] == '\n' && (i == 0 || input[i - 1] != '\r')) {
        return refuse(400, "a line of the request's head ends in a bare line feed");
      }
    }
    if (input.size() > limits_.header_bytes) {
      return refuse(431, "the request's head is too large");
    }
    scanned_ = std::max(scanned_, input.size());
    return false;
  }
  if (end > limits_.header_bytes) return refuse(431, "the request's head is too large");
  scanned_ = 0;
  skipped_line_ = false;
  first_ = false;
  request_ = {};
  consumed_ += end + 4;
  return read_head(input.substr(0, end + 2));
}

bool Http1Codec::read_head(std::string_view block) {
  const std::size_t line_end = block.find("\r\n");
  if (!read_request_line(block.substr(0, line_end))) return false;
  if (!read_fields(block.substr(line_end + 2), request_.headers)) return false;

  const auto host = request_.headers.first("Host");
  if (count_lines(request_.headers, "Host") > 1 || (!host && !http10_)) {
    return refuse(400, "a request needs exactly one Host header");
  }
  if (host && !kHost.has_all(*host)) return refuse(400, "the Host header is malformed");
  // The line's target is kept in raw_path until here, since an absolute one needs the Host.
  std::string target = std::move(request_.target.raw_path);
  if (!target.empty() && target[0] != '/') {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string::npos) return refuse(400, "the request target has a form not served");
    const std::string name = target.substr(0, scheme);
    const std::size_t slash = std::min(target.find_first_of("/?", scheme + 3), target.size());
    const std::string authority = target.substr(scheme + 3, slash - scheme - 3);
    const bool known = http::iequals(name, "https") || http::iequals(name, "http");
    if (!known || authority.empty() || !host || !http::iequals(authority, *host)) {
      return refuse(400, "the authority of the request target is not the Host");
    }
    target = target.substr(slash);
    if (target.empty() || target[0] == '?') target.insert(0, "/");
  }
  auto parsed = http::parse_target(target);
  if (!parsed) return refuse(400, parsed.error().message);
  request_.target = std::move(*parsed);
  request_.protocol = http10_ ? "HTTP/1.0" : "HTTP/1.1";
  keep_alive_ = keep_alive_ && !has_item(request_.headers, "Connection", "close") &&
                (!http10_ || has_item(request_.headers, "Connection", "keep-alive"));
  return read_framing();
}

bool Http1Codec::read_request_line(std::string_view line) {
  const std::size_t space = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (space == std::string_view::npos || last == space || !is_token(line.substr(0, space))) {
    return refuse(400, "the request line is malformed");
  }
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool other = version.size() == 8 && version.substr(0, 5) == "HTTP/" &&
                       version[6] == '.' && version[5] >= '0' && version[5] <= '9' &&
                       version[7] >= '0' && version[7] <= '9';
    return refuse(other ? 505 : 400, "the request's protocol version is not served");
  }
  http10_ = version == "HTTP/1.0";
  request_.method = std::string(line.substr(0, space));
  request_.target.raw_path = std::string(line.substr(space + 1, last - space - 1));
  return true;
}

bool Http1Codec::read_fields(std::string_view block, http::Headers& out) {
  out.reserve(8);  // what few requests exceed
  while (!block.empty()) {
    const std::size_t end = block.find("\r\n");
    const std::string_view line = block.substr(0, end);
    block = block.substr(end + 2);
    if (line.empty() || line[0] == ' ' || line[0] == '\t') {
      return refuse(400, "folded header lines are not accepted");
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return refuse(400, "a header's name is malformed");
    }
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_field_value(value)) return refuse(400, "a header's value holds a control character");
    if (out.size() >= limits_.header_fields) return refuse(431, "the request has too many headers");
    out.add(std::string(line.substr(0, colon)), std::string(value));
  }
  return true;
}

bool Http1Codec::read_framing() {
  const http::Headers& headers = request_.headers;
  const auto length = headers.first("Content-Length");
  const auto coding = headers.first("Transfer-Encoding");
  remaining_ = 0;
  body_.clear();
  trailer_bytes_ = 0;
  if (coding) {
    if (length) return refuse(400, "a request must not give its length in two ways");
    if (http10_ || count_lines(headers, "Transfer-Encoding") > 1 ||
        !http::iequals(*coding, "chunked")) {
      return refuse(400, "the Transfer-Encoding is not served");
    }
  } else if (length) {
    if (count_lines(headers, "Content-Length") > 1 || !parse_number(*length, 10, remaining_)) {
      return refuse(400, "the Content-Length is malformed");
    }
  }
  bool waits = false;
  if (const auto expect = headers.first("Expect")) {
    if (!http::iequals(*expect, "100-continue")) {
      return refuse(417, "the Expect header asks for something unknown");
    }
    waits = !http10_;
  }
  body_limit_ = events_.on_head(request_);
  if (remaining_ > body_limit_) return refuse(413, too_large_text(body_limit_));
  if (!coding && remaining_ == 0) {
    complete();
    return false;
  }
  if (waits && rest().empty()) output_ += "HTTP/1.1 100 Continue\r\n\r\n";
  phase_ = !coding ? Phase::kBody : Phase::kChunkSize;
  return true;
}

bool Http1Codec::take_body() {
  const std::size_t size =
      static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest().size()));
  if (size == 0) return false;
  body_.append(rest().substr(0, size));
  consumed_ += size;
  remaining_ -= size;
  if (remaining_ > 0) return false;
  if (phase_ == Phase::kChunkData) {
    phase_ = Phase::kChunkEnd;
    return true;
  }
  complete();
  return false;
}

bool Http1Codec::parse_chunk_size() {
  const std::string_view input = rest();
  const std::size_t feed = input.find('\n');
  if (feed == std::string_view::npos) {
    if (input.size() > kMaxChunkLine) return refuse(400, "a chunk's size line is too long");
    return false;
  }
  if (feed == 0 || feed > kMaxChunkLine || input[feed - 1] != '\r') {
    return refuse(400, "a chunk's size line is malformed");
  }
  const std::string_view line = input.substr(0, feed - 1);
  consumed_ += feed + 1;
  const std::size_t extension = line.find(';');
  if (!parse_number(line.substr(0, extension), 16, remaining_) || !is_field_value(line)) {
    return refuse(400, "a chunk's size is malformed");
  }
  // Extensions cost the reader and carry nothing, so they share one small allowance.
  if (extension != std::string_view::npos) trailer_bytes_ += line.size() - extension;
  if (trailer_bytes_ > limits_.header_bytes) return refuse(400, "too many chunk extensions");
  if (remaining_ > body_limit_ - body_.size()) return refuse(413, too_large_text(body_limit_));
  phase_ = remaining_ == 0 ? Phase::kTrailers : Phase::kChunkData;
  return true;
}

bool Http1Codec::parse_trailers() {
  const std::string_view input = rest();
  const std::size_t feed = input.find('\n');
  if (feed == std::string_view::npos) {
    if (input.size() + trailer_bytes_ > limits_.header_bytes) {
      return refuse(431, "the request's trailers are too large");
    }
    return false;
  }
  if (feed == 0 || input[feed - 1] != '\r') return refuse(400, "a trailer line is malformed");
  const std::string_view line = input.substr(0, feed + 1);
  consumed_ += feed + 1;
  trailer_bytes_ += line.size();
  if (trailer_bytes_ > limits_.header_bytes) {
    return refuse(431, "the request's trailers are too large");
  }
  if (line.size() == 2) {
    complete();
    return false;
  }
  http::Headers ignored;
  return read_fields(line, ignored);
}

void Http1Codec::begin_response(int status, const http::Headers& headers,
                                std::optional<std::uint64_t> length, bool close,
                                std::string_view date) {
  const bool bodyless = status == 204 || status == 304;
  chunked_out_ = !length && !http10_ && !bodyless;
  if (close || (!length && http10_ && !bodyless)) keep_alive_ = false;
  output_ += "HTTP/1.1 " + std::to_string(status) + " ";
  output_ += status_text(status);
  output_ += "\r\n";
  for (const auto& [name, value] : headers) {
    if (is_connection_header(name) || http::iequals(name, "Content-Length")) continue;
    append_field(output_, name, value);
  }
  if (!headers.contains("Date")) append_field(output_, "Date", date);
  if (length && !bodyless) append_field(output_, "Content-Length", std::to_string(*length));
  if (chunked_out_) append_field(output_, "Transfer-Encoding", "chunked");
  if (!keep_alive_) append_field(output_, "Connection", "close");
  if (keep_alive_ && http10_) append_field(output_, "Connection", "keep-alive");
  output_ += "\r\n";
  if (bodyless) suppress_body_ = true;
}

void Http1Codec::write_body(std::string_view bytes) {
  if (suppress_body_ || bytes.empty()) return;
  if (!chunked_out_) {
    output_.append(bytes);
    return;
  }
  char size[20];
  const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
  output_.append(size, end);
  output_ += "\r\n";
  output_.append(bytes);
  output_ += "\r\n";
}

void Http1Codec::end_response(util::TimePoint now) {
  if (chunked_out_ && !suppress_body_) output_ += "0\r\n\r\n";
  chunked_out_ = false;
  suppress_body_ = false;
  phase_ = keep_alive_ ? Phase::kHead : Phase::kClosed;
  phase_began_ = now;
}

std::string Http1Codec::switch_protocols(const http::Headers& headers, std::string_view protocol,
                                         std::string_view date) {
  output_ += "HTTP/1.1 101 Switching Protocols\r\n";
  for (const auto& [name, value] : headers) {
    if (is_connection_header(name) || http::iequals(name, "Content-Length")) continue;
    append_field(output_, name, value);
  }
  append_field(output_, "Date", date);
  append_field(output_, "Upgrade", protocol);
  append_field(output_, "Connection", "Upgrade");
  output_ += "\r\n";
  return std::exchange(input_, {});
}

}  // namespace annex::transport
