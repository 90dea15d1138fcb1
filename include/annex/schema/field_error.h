// What is wrong with an object's fields, in the words of a 422.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"
#include "annex/util/error.h"

namespace annex::schema {

/// Where a field is: `spec.items[2].name`. A value; cheap to extend.
class FieldPath {
 public:
  FieldPath() = default;
  /// The field of the root.
  explicit FieldPath(std::string_view name) : text_(name) {}

  /// The field of that name below it.
  FieldPath operator/(std::string_view name) const;
  /// `path[3]` and `path[key]`.
  FieldPath index(std::size_t position) const;
  /// As above, of a map's member.
  FieldPath key(std::string_view name) const;
  /// "<nil>" for the root, as upstream prints it.
  std::string text() const { return text_.empty() ? "<nil>" : text_; }

 private:
  std::string text_;
};

enum class FieldErrorType {
  kNotFound,
  kRequired,
  kDuplicate,
  kInvalid,
  kTypeInvalid,
  kNotSupported,
  kForbidden,
  kTooLong,
  kTooShort,
  kTooMany,
  kTooFew,
  kInternal,
};

/// One wrong field (apimachinery `pkg/util/validation/field/errors.go`).
struct FieldError {
  FieldErrorType type = FieldErrorType::kInvalid;  ///< which of upstream's kinds
  std::string field{};                             ///< "spec.items[2].name"
  std::optional<json::Value> bad_value{};          ///< printed only where the type prints it
  std::string detail{};                            ///< why

  /// "Invalid value: "x": must be ..." without the field.
  std::string body() const;
};

/// All that is wrong with one object, in the order found. A value.
class FieldErrors {
 public:
  /// After those that are there.
  void add(FieldError error) { errors_.push_back(std::move(error)); }
  /// All of them, after those that are there.
  void append(const FieldErrors& others);

  /// Each adds one, in upstream's words, with the cause that `Status` shows.
  void invalid(const FieldPath& path, json::Value value, std::string detail);
  void required(const FieldPath& path, std::string detail = {});
  void duplicate(const FieldPath& path, json::Value value);
  void forbidden(const FieldPath& path, std::string detail);
  void not_supported(const FieldPath& path, json::Value value,
                     const std::vector<std::string>& supported);
  /// `unit` is "bytes" or "characters"; its singular is made.
  void too_long(const FieldPath& path, std::size_t limit, std::string_view unit = "bytes");

  /// Each as of a container of FieldError.
  bool empty() const { return errors_.empty(); }
  std::size_t size() const { return errors_.size(); }
  std::vector<FieldError>::const_iterator begin() const { return errors_.begin(); }
  std::vector<FieldError>::const_iterator end() const { return errors_.end(); }

  /// One text for all: the only distinct one, or `[a, b]`.
  std::string aggregate() const;
  /// As `Status` lists them.
  std::vector<util::Cause> causes() const;

 private:
  std::vector<FieldError> errors_;
};

/// The 422 of an object: `<kind>.<group> "<name>" is invalid: ...`.
Error invalid(std::string_view group, std::string_view kind, std::string_view name,
              const FieldErrors& errors);

}  // namespace annex::schema
