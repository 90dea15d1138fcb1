#include "annex/server/log_options.h"

#include <charconv>

#include "annex/json/write.h"
#include "annex/request/request_info.h"
#include "annex/schema/field_error.h"

namespace annex {
namespace {

Result<std::optional<std::int64_t>> read_number(const http::Query& query, std::string_view name) {
  const std::optional<std::string_view> text = query.first(name);
  if (!text || text->empty()) return std::optional<std::int64_t>();
  std::int64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) {
    return Error::bad_request(std::string(name) + ": " + json::quoted(*text) + " is no number");
  }
  return std::optional(number);
}

}  // namespace

Result<LogOptions> LogOptions::read(const http::Query& query) {
  LogOptions options;
  options.container = query.first("container").value_or("");
  options.follow = request::query_flag(query, "follow");
  options.previous = request::query_flag(query, "previous");
  options.timestamps = request::query_flag(query, "timestamps");
  struct Number {
    const char* name;
    std::optional<std::int64_t>& into;
    std::int64_t least;
  };
  schema::FieldErrors errors;
  for (const Number& number :
       {Number{"sinceSeconds", options.since_seconds, 1},
        Number{"tailLines", options.tail_lines, 0}, Number{"limitBytes", options.limit_bytes, 1}}) {
    const Result<std::optional<std::int64_t>> value = read_number(query, number.name);
    if (!value) return value.error();
    number.into = *value;
    if (*value && **value < number.least) {
      errors.invalid(schema::FieldPath(number.name), **value,
                     "must be greater than or equal to " + std::to_string(number.least));
    }
  }
  const std::string since(query.first("sinceTime").value_or(""));
  if (!since.empty()) {
    const Result<meta::Time> time = schema::decode<meta::Time>(json::Value(since));
    if (!time) return Error::bad_request("sinceTime: " + json::quoted(since) + " is no time");
    options.since_time = *time;
    if (options.since_seconds) {
      errors.forbidden(schema::FieldPath("sinceSeconds"),
                       "at most one of `sinceTime` or `sinceSeconds` may be specified");
    }
  }
  if (!errors.empty()) return schema::invalid("", "PodLogOptions", "", errors);
  return options;
}

std::string_view LogOptions::cut(std::string_view text) const {
  if (tail_lines) {
    // A newline at the end closes the last line and begins none.
    std::size_t begin = text.size();
    if (begin > 0 && text.back() == '\n' && *tail_lines > 0) --begin;
    std::int64_t left = *tail_lines;
    while (left > 0 && begin > 0) {
      const std::size_t newline = text.rfind('\n', begin - 1);
      begin = newline == std::string_view::npos ? 0 : newline;
      if (--left == 0 && newline != std::string_view::npos) ++begin;
    }
    text.remove_prefix(begin);
  }
  if (limit_bytes && static_cast<std::uint64_t>(*limit_bytes) < text.size()) {
    text = text.substr(0, static_cast<std::size_t>(*limit_bytes));
  }
  return text;
}

}  // namespace annex
