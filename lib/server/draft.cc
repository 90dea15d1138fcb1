#include "annex/server/draft.h"

#include <algorithm>
#include <cctype>

#include "annex/server/server.h"

namespace annex {
namespace detail {

std::string model_name(const std::string& group, const std::string& version,
                       const std::string& kind) {
  std::string reversed;
  std::size_t end = group.size();
  while (end > 0) {
    const std::size_t dot = group.rfind('.', end - 1);
    const std::size_t begin = dot == std::string::npos ? 0 : dot + 1;
    reversed += group.substr(begin, end - begin) + '.';
    if (dot == std::string::npos) break;
    end = dot;
  }
  return reversed + version + '.' + kind;
}

registry::Subresource make_log(
    std::function<Result<TextPipe>(const json::Value& object, const LogOptions& options)> read) {
  registry::Subresource part;
  part.name = "log";
  part.serve =
      [read = std::move(read)](const registry::SubresourceCall& call) -> Result<http::Response> {
    const Result<LogOptions> options = LogOptions::read(call.http.target.query);
    if (!options) return options.error();
    const Result<TextPipe> text = read(call.object, *options);
    if (!text) return text.error();
    http::Response response;
    response.headers.add("Content-Type", "text/plain");
    response.body = text->source();
    return response;
  };
  return part;
}

registry::Subresource make_connect(std::string name,
                                   std::function<Result<std::unique_ptr<http::Duplex>>(
                                       const json::Value& object, const http::Request& request)>
                                       open) {
  registry::Subresource part;
  part.name = std::move(name);
  part.connects = true;
  part.serve =
      [open = std::move(open)](const registry::SubresourceCall& call) -> Result<http::Response> {
    Result<std::unique_ptr<http::Duplex>> duplex = open(call.object, call.http);
    if (!duplex) return duplex.error();
    http::Response response;
    response.body = http::Upgrade{"websocket", std::move(*duplex)};
    return response;
  };
  return part;
}

}  // namespace detail

detail::ResourceDraft& Group::add(std::string plural, std::string kind) {
  detail::ResourceDraft& draft = server_->resources.emplace_back();
  registry::Resource& resource = draft.resource;
  resource.group = name_;
  resource.plural = std::move(plural);
  resource.singular = kind;
  std::transform(kind.begin(), kind.end(), resource.singular.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  resource.kind = std::move(kind);
  return draft;
}

Group& Group::resource(registry::Resource resource) {
  resource.group = name_;
  detail::ResourceDraft& draft = server_->resources.emplace_back();
  draft.form.reset();
  draft.resource = std::move(resource);
  return *this;
}

Group& Group::prefer(std::vector<std::string> versions) {
  server_->preferences.emplace_back(name_, std::move(versions));
  return *this;
}

}  // namespace annex
