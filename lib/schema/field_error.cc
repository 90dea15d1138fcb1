#include "annex/schema/field_error.h"

#include <algorithm>

#include "annex/json/write.h"

namespace annex::schema {
namespace {

struct TypeRow {
  std::string_view cause;
  std::string_view label;
  bool prints_value;
};

TypeRow row(FieldErrorType type) {
  switch (type) {
    case FieldErrorType::kNotFound:
      return {"FieldValueNotFound", "Not found", true};
    case FieldErrorType::kRequired:
      return {"FieldValueRequired", "Required value", false};
    case FieldErrorType::kDuplicate:
      return {"FieldValueDuplicate", "Duplicate value", true};
    case FieldErrorType::kInvalid:
      return {"FieldValueInvalid", "Invalid value", true};
    case FieldErrorType::kTypeInvalid:
      return {"FieldValueTypeInvalid", "Invalid value", true};
    case FieldErrorType::kNotSupported:
      return {"FieldValueNotSupported", "Unsupported value", true};
    case FieldErrorType::kForbidden:
      return {"FieldValueForbidden", "Forbidden", false};
    case FieldErrorType::kTooLong:
      return {"FieldValueTooLong", "Too long", false};
    case FieldErrorType::kTooShort:
      return {"FieldValueTooShort", "Too short", false};
    case FieldErrorType::kTooMany:
      return {"FieldValueTooMany", "Too many", true};
    case FieldErrorType::kTooFew:
      return {"FieldValueTooFew", "Too few", true};
    case FieldErrorType::kInternal:
      break;
  }
  return {"InternalError", "Internal error", false};
}

}  // namespace

FieldPath FieldPath::operator/(std::string_view name) const {
  FieldPath child;
  child.text_.reserve(text_.size() + 1 + name.size());
  child.text_ = text_;
  if (!child.text_.empty()) child.text_ += '.';
  child.text_ += name;
  return child;
}

FieldPath FieldPath::index(std::size_t position) const { return key(std::to_string(position)); }

FieldPath FieldPath::key(std::string_view name) const {
  FieldPath child = *this;
  child.text_ += '[';
  child.text_ += name;
  child.text_ += ']';
  return child;
}

std::string FieldError::body() const {
  const TypeRow about = row(type);
  std::string text(about.label);
  if (about.prints_value && bad_value) {
    text += ": ";
    text += bad_value->is_string() ? json::quoted(bad_value->as_string()) : json::write(*bad_value);
  }
  if (!detail.empty()) text += ": " + detail;
  return text;
}

void FieldErrors::append(const FieldErrors& others) {
  errors_.insert(errors_.end(), others.errors_.begin(), others.errors_.end());
}

void FieldErrors::invalid(const FieldPath& path, json::Value value, std::string detail) {
  add({FieldErrorType::kInvalid, path.text(), std::move(value), std::move(detail)});
}

void FieldErrors::required(const FieldPath& path, std::string detail) {
  add({FieldErrorType::kRequired, path.text(), std::nullopt, std::move(detail)});
}

void FieldErrors::duplicate(const FieldPath& path, json::Value value) {
  add({FieldErrorType::kDuplicate, path.text(), std::move(value), {}});
}

void FieldErrors::forbidden(const FieldPath& path, std::string detail) {
  add({FieldErrorType::kForbidden, path.text(), std::nullopt, std::move(detail)});
}

void FieldErrors::not_supported(const FieldPath& path, json::Value value,
                                const std::vector<std::string>& supported) {
  std::string detail = "supported values: ";
  for (std::size_t i = 0; i < supported.size(); ++i) {
    if (i > 0) detail += ", ";
    detail += json::quoted(supported[i]);
  }
  add({FieldErrorType::kNotSupported, path.text(), std::move(value), std::move(detail)});
}

void FieldErrors::too_long(const FieldPath& path, std::size_t limit, std::string_view unit) {
  const std::string_view shown = limit == 1 ? unit.substr(0, unit.size() - 1) : unit;
  add({FieldErrorType::kTooLong, path.text(), std::nullopt,
       "may not be more than " + std::to_string(limit) + ' ' + std::string(shown)});
}

std::string FieldErrors::aggregate() const {
  std::vector<std::string> texts;
  for (const FieldError& error : errors_) {
    std::string text = error.field + ": " + error.body();
    if (std::find(texts.begin(), texts.end(), text) == texts.end())
      texts.push_back(std::move(text));
  }
  if (texts.size() == 1) return texts.front();
  std::string joined = "[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) joined += ", ";
    joined += texts[i];
  }
  return joined + "]";
}

std::vector<util::Cause> FieldErrors::causes() const {
  std::vector<util::Cause> causes;
  for (const FieldError& error : errors_) {
    causes.push_back({std::string(row(error.type).cause), error.body(), error.field});
  }
  return causes;
}

Error invalid(std::string_view group, std::string_view kind, std::string_view name,
              const FieldErrors& errors) {
  Error error;
  error.reason = Reason::kInvalid;
  error.message = std::string(kind);
  if (!group.empty()) error.message += "." + std::string(group);
  error.message += " " + json::quoted(name) + " is invalid";
  if (!errors.empty()) error.message += ": " + errors.aggregate();
  error.details.name = name;
  error.details.group = group;
  error.details.kind = kind;
  error.details.causes = errors.causes();
  error.has_details = true;
  return error;
}

}  // namespace annex::schema
