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
