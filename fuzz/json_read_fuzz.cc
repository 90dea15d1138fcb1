// What is read must write and read back as the same value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "annex/json/read.h"
#include "annex/json/write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = annex::json::read(text);
  if (!document) return 0;
  const auto again = annex::json::parse(annex::json::write(document->value));
  const auto pretty = annex::json::parse(annex::json::write_pretty(document->value));
  if (!again || !pretty || !(*again == document->value) || !(*pretty == *again)) std::abort();
  return 0;
}
