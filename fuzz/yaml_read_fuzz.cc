// What is read as YAML must write as YAML and read back as the same value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "annex/json/read.h"
#include "annex/json/write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = annex::json::read_yaml(text);
  if (!document) return 0;
  const auto again = annex::json::parse(annex::json::write(document->value));
  if (!again || !(*again == document->value)) std::abort();
  return 0;
}
