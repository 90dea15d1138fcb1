#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "annex/meta/field_selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto selector = annex::meta::FieldSelector::parse(text);
  if (!selector) {
    if (selector.error().message.empty()) std::abort();
    return 0;
  }
  static_cast<void>(selector->matches([](std::string_view path) { return path; }));
  static_cast<void>(selector->required("metadata.name"));
  return 0;
}
