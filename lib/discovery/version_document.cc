#include "version_document.h"

#include <regex>

namespace annex::discovery {
namespace {

std::string_view compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

std::string_view platform() {
#if defined(__x86_64__)
  return "linux/amd64";
#elif defined(__aarch64__)
  return "linux/arm64";
#else
  return "linux/unknown";
#endif
}

}  // namespace

json::Value version_document(const std::string& text) {
  static const std::regex kSemantic(R"(v?((\d+)\.(\d+)\.\d+([-+][0-9A-Za-z.+-]+)?))");
  std::smatch parts;
  const bool semantic = std::regex_match(text, parts, kSemantic);
  return json::Object{{"major", semantic ? parts[2].str() : "0"},
                      {"minor", semantic ? parts[3].str() : "0"},
                      {"gitVersion", "v" + (semantic ? parts[1].str() : "0.0.0")},
                      {"gitCommit", ""},
                      {"gitTreeState", ""},
                      // As upstream's builds without a date say; two builds are the same then.
                      {"buildDate", "1970-01-01T00:00:00Z"},
                      {"goVersion", "none"},
                      {"compiler", compiler()},
                      {"platform", platform()}};
}

}  // namespace annex::discovery
