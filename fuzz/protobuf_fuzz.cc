#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "meta/proto_kinds.h"
#include "meta/protobuf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto options = annex::meta::delete_options_from_protobuf(text);
  if (!options) {
    if (options.error().message.empty()) std::abort();
    return 0;
  }
  // Nothing that was read is lost by writing it.
  const std::string written = annex::meta::to_proto(*options, annex::meta::kProtoDeleteOptions);
  auto again = annex::meta::from_proto(written, annex::meta::kProtoDeleteOptions);
  if (!again) std::abort();
  for (const char* name : {"kind", "apiVersion"}) {
    const annex::json::Value* member = options->find(name);
    if (member != nullptr) again->as_object().set(name, *member);
  }
  if (!(*again == *options)) std::abort();
  return 0;
}
