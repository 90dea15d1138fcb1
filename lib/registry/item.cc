#include "annex/registry/item.h"

#include <cstring>

namespace annex::registry {
namespace {

void append_text(std::string& bytes, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  char length[sizeof size];
  std::memcpy(length, &size, sizeof size);
  bytes.append(length, sizeof size).append(text);
}

/// The text at the front of `bytes`, which goes on behind it.
std::string_view take_text(std::string_view& bytes) {
  std::uint32_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  const std::string_view text = bytes.substr(sizeof size, size);
  bytes.remove_prefix(sizeof size + size);
  return text;
}

}  // namespace

void PackedPairs::add(std::string_view name, std::string_view value) {
  bytes_.reserve(bytes_.size() + 2 * sizeof(std::uint32_t) + name.size() + value.size());
  append_text(bytes_, name);
  append_text(bytes_, value);
}

std::optional<std::string_view> PackedPairs::find(std::string_view name) const {
  for (std::string_view rest = bytes_; !rest.empty();) {
    const std::string_view key = take_text(rest);
    const std::string_view value = take_text(rest);
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string_view Item::name() const {
  const std::size_t slash = key.find('/');
  return slash == std::string::npos ? std::string_view(key)
                                    : std::string_view(key).substr(slash + 1);
}

std::string_view Item::name_space() const {
  const std::size_t slash = key.find('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(key).substr(0, slash);
}

std::string_view Item::field(std::string_view path) const {
  if (path == "metadata.name") return name();
  if (path == "metadata.namespace") return name_space();
  return fields.find(path).value_or(std::string_view());
}

}  // namespace annex::registry
