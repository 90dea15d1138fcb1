#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "annex/meta/label_selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto selector = annex::meta::LabelSelector::parse(text);
  if (!selector) {
    if (selector.error().message.empty()) std::abort();
    return 0;
  }
  for (const char* value : {"", "1", "abc"}) {
    static_cast<void>(selector->matches(
        [&](std::string_view) { return std::optional<std::string_view>(value); }));
  }
  return 0;
}
