// Header fields as they came: a multimap whose lines are never joined.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annex::http {

/// Fields in the order of arrival; names compare without regard to ASCII case. A value.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;  ///< a name and its value

  Headers() = default;
  /// These lines, in this order.
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// Makes room for that many lines.
  void reserve(std::size_t lines) { fields_.reserve(lines); }
  /// Adds a line.
  void add(std::string name, std::string value);
  /// Replaces all lines of that name by one.
  void set(std::string_view name, std::string value);
  /// Removes all lines whose names `unwanted` is true for; their number.
  template <typename Unwanted>
  std::size_t remove_if(const Unwanted& unwanted) {
    return std::erase_if(fields_, [&](const Field& field) { return unwanted(field.first); });
  }
  /// Removes all lines of that name; the number of lines removed.
  std::size_t remove(std::string_view name);

  /// The first line's value.
  std::optional<std::string_view> first(std::string_view name) const;
  /// Of all lines of that name, in order.
  std::vector<std::string_view> all(std::string_view name) const;
  /// True if there is such a line.
  bool contains(std::string_view name) const { return first(name).has_value(); }

  /// Each as of a container of lines.
  std::size_t size() const { return fields_.size(); }
  std::vector<Field>::const_iterator begin() const { return fields_.begin(); }
  std::vector<Field>::const_iterator end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

/// ASCII case-insensitive equality, as header names compare.
inline bool iequals(std::string_view a, std::string_view b) {
  constexpr auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace annex::http
