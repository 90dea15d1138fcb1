// The input is a patch, a line feed and a document; whatever they are, both patches end and leave
// values that can be written.
#include <cstdint>
#include <string_view>

#include "annex/json/patch.h"
#include "annex/json/read.h"
#include "annex/json/write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto patch = annex::json::parse(text.substr(0, line));
  auto target = annex::json::parse(text.substr(line + 1));
  if (!patch || !target) return 0;
  const auto decoded = annex::json::JsonPatch::decode(*patch);
  if (decoded) {
    const auto result = decoded->apply(*target);
    if (result) static_cast<void>(annex::json::write(*result));
  }
  if (patch->is_object()) {
    annex::json::merge_patch(*target, *patch);
    static_cast<void>(annex::json::write(*target));
  }
  return 0;
}
