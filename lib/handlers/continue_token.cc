#include "handlers/continue_token.h"

#include <algorithm>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/formats.h"

namespace annex::handlers {
namespace {

constexpr const char* kTokenVersion = "meta.k8s.io/v1";

Error invalid(const std::string& why) {
  return Error::bad_request("invalid continue token: continue key is not valid: " + why);
}

std::string to_url_base64(const std::string& text) {
  std::string encoded = schema::write_base64(text);
  while (!encoded.empty() && encoded.back() == '=') encoded.pop_back();
  for (char& c : encoded) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return encoded;
}

std::optional<std::string> from_url_base64(std::string text) {
  for (char& c : text) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  }
  while (text.size() % 4 != 0) text += '=';
  return schema::parse_base64(text);
}

/// Where the text stops being base64, as Go's decoder tells it.
std::string base64_fault(std::string_view token) {
  const std::size_t good = std::min(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      token.size());
  return "illegal base64 data at input byte " + std::to_string(good);
}

bool is_clean(std::string_view path) {
  if (path.find("//") != std::string_view::npos) return false;
  return path != ".." && path.substr(0, 3) != "../" && path.find("/../") == std::string_view::npos;
}

}  // namespace

std::string write_continue(const Continuation& continuation) {
  json::Object token;
  token.append("v", kTokenVersion);
  if (continuation.newest) {
    token.append("rv", -1);
  } else {
    token.append("rv", continuation.revision);
  }
  token.append("start", continuation.after + std::string(1, '\0'));
  return to_url_base64(json::write(token));
}

Result<Continuation> read_continue(const std::string& token) {
  const auto text = from_url_base64(token);
  if (!text) return invalid(base64_fault(token));
  auto document = json::parse(*text);
  if (!document) return invalid(document.error().message);
  const std::string& version = document->at_string({"v"});
  if (version != kTokenVersion) {
    return invalid("server does not recognize this encoded version " + version);
  }
  const json::Value* revision = document->find("rv");
  Continuation continuation;
  if (revision != nullptr && revision->is_int64() && revision->as_int64() == -1) {
    continuation.newest = true;
  } else if (revision != nullptr && revision->is_int64() && revision->as_int64() > 0) {
    continuation.revision = static_cast<storage::Revision>(revision->as_int64());
  } else {
    return invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  std::string start = document->at_string({"start"});
  if (start.empty()) return invalid("encoded start key empty (version meta.k8s.io/v1)");
  if (!is_clean(start)) return invalid(start);
  if (start.front() == '/') start.erase(0, 1);
  if (!start.empty() && start.back() == '\0') {
    start.pop_back();
  } else if (!start.empty()) {
    // A token that names the first item itself: everything from just before it on.
    start.back() = static_cast<char>(start.back() - 1);
    start += "\xFF\xFF\xFF\xFF";
  }
  continuation.after = std::move(start);
  return continuation;
}

}  // namespace annex::handlers
