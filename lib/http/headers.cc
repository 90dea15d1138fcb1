#include "annex/http/headers.h"

namespace annex::http {

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

std::size_t Headers::remove(std::string_view name) {
  return remove_if([&](std::string_view other) { return iequals(other, name); });
}

std::optional<std::string_view> Headers::first(std::string_view name) const {
  for (const Field& field : fields_) {
    if (iequals(field.first, name)) return field.second;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& field : fields_) {
    if (iequals(field.first, name)) values.push_back(field.second);
  }
  return values;
}

}  // namespace annex::http
