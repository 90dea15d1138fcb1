#include "request/accept.h"

#include <algorithm>

#include "meta/protobuf.h"

namespace annex::request {
namespace {

/// A Go ParseBool; false if unreadable.
bool parse_go_bool(std::string_view text) {
  return text == "1" || text == "t" || text == "T" || text == "TRUE" || text == "true" ||
         text == "True";
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view media_type(Media media) {
  switch (media) {
    case Media::kYaml:
      return "application/yaml";
    case Media::kProtobuf:
      return meta::kProtobufType;
    case Media::kJson:
      break;
  }
  return "application/json";
}

Result<void> check_producible(const http::Request& request,
                              std::initializer_list<std::string_view> produced) {
  std::string_view rest = request.headers.first("Accept").value_or("");
  if (rest.empty()) return {};
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view clause = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::string_view type = trim(clause.substr(0, clause.find(';')));
    if (type == "*/*" || std::find(produced.begin(), produced.end(), type) != produced.end()) {
      return {};
    }
  }
  std::string message = "406: Not Acceptable\n\nAvailable representations: ";
  for (const std::string_view type : produced) {
    if (type != *produced.begin()) message += ", ";
    message += type;
  }
  return Error::generic(Reason::kNotAcceptable, std::move(message));
}

bool wants_pretty(const http::Request& request, const http::MediaType* clause) {
  if (clause != nullptr && clause->param("pretty") == "1") return true;
  if (const auto value = request.target.query.first("pretty"); value && !value->empty())
    return parse_go_bool(*value);
  const std::string_view agent = request.headers.first("User-Agent").value_or("");
  return agent.starts_with("curl") || agent.starts_with("Wget") || agent.starts_with("Mozilla/5.0");
}

}  // namespace annex::request
