// Adaptors: hooks and conversions on structs as functions on JSON. For ResourceBuilder.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "annex/meta/object_meta.h"
#include "annex/schema/carry_changes.h"
#include "annex/schema/describe.h"
#include "annex/schema/normalize.h"
#include "annex/schema/renames.h"
#include "annex/server/draft.h"
#include "annex/server/hooks.h"

namespace annex::detail {

using FormPtr = std::shared_ptr<Form>;

/// A normalised object as its struct. It fits unless the type table and the struct disagree, which
/// no user can bring about: then the request ends with a 500.
template <typename T>
T to_struct(const json::Value& object) {
  Result<T> decoded = schema::decode<T>(object);
  if (!decoded) throw std::logic_error(decoded.error().message);
  return std::move(*decoded);
}

/// Lets `edit` change the struct of `object`. What the struct cannot hold stays in the object. True
/// if it changed anything.
template <typename T, typename Edit>
bool edit_struct(const Form& form, schema::TypeId type, json::Value& object, Edit edit) {
  T value = to_struct<T>(object);
  edit(value);
  // Most hooks change nothing most of the time.
  T blank{};
  if (schema::same_once_decoded(object, blank, value)) return false;
  // Read again, for not every struct can be copied.
  const json::Value before = schema::encode(to_struct<T>(object));
  const json::Value after = schema::encode(value);
  if (before == after) return false;
  schema::carry_changes(form.types, type, before, after, object);
  schema::NormalizeReport report;
  const Result<void> normal = schema::normalize(form.types, type, object, report);
  if (!normal) throw std::logic_error(normal.error().message);
  return true;
}

/// The two forms between which documents are converted, and whose.
struct ConversionForms {
  FormPtr form{};
  schema::TypeId source{};
  schema::TypeId target{};
  std::string group{};
  std::string kind{};

  /// True if a struct of the source may hold less than all of `document`.
  bool has_unheld(const json::Value& document) const;
  /// Brings what the struct of `document` could not hold into `result`, see schema::carry_through.
  /// `shown` is the struct, encoded. kInvalid.
  Result<void> finish(const json::Value& document, const json::Value& shown,
                      json::Value& result) const;
};

template <typename T>
inline constexpr bool kHasMetadata = requires(T& object) {
  requires std::is_same_v<decltype(object.metadata), meta::ObjectMeta>;
};

/// The struct as its document. `metadata`, that of the document which was converted, goes into it
/// where the struct says the same: it is most of what many objects have, and few conversions touch
/// it.
template <typename To>
json::Value encode_converted(const To& converted, const Form& form, schema::TypeId target,
                             json::Value* metadata) {
  if constexpr (kHasMetadata<To>) {
    meta::ObjectMeta blank;
    if (metadata != nullptr && schema::same_once_decoded(*metadata, blank, converted.metadata)) {
      return schema::Codec<To>::encode(converted, form.types, target,
                                       {&converted.metadata, metadata});
    }
  }
  return schema::Codec<To>::encode(converted, form.types, target);
}

/// A conversion of structs as one of documents. kInvalid for an enum's undeclared text that the
/// conversion has no place for.
template <typename From, typename To, typename Convert>
std::function<Result<json::Value>(json::Value)> adapt_conversion(ConversionForms forms,
                                                                 Convert convert) {
  auto shared = std::make_shared<Convert>(std::move(convert));
  return [forms = std::move(forms), shared](json::Value document) -> Result<json::Value> {
    Result<From> from = schema::decode<From>(document);
    if (!from) return from.error();
    if (!forms.has_unheld(document)) {
      const To converted = (*shared)(std::move(*from));
      return encode_converted(converted, *forms.form, forms.target, document.find("metadata"));
    }
    const json::Value shown = schema::encode<From>(*from);
    json::Value result = schema::encode<To>((*shared)(std::move(*from)));
    auto done = forms.finish(document, shown, result);
    if (!done) return std::move(done).error();
    return result;
  };
}

/// Renames as both conversions of `version`.
void adapt_renames(schema::Renames renames, registry::Version& version);

template <typename Member>
struct is_default_hook : std::false_type {};
template <typename H, typename V>
struct is_default_hook<void (H::*)(V&)> : std::bool_constant<!std::is_const_v<V>> {};
template <typename H, typename V>
struct is_default_hook<void (H::*)(V&) const> : std::bool_constant<!std::is_const_v<V>> {};
template <typename H, typename V>
struct is_default_hook<void (H::*)(V&) noexcept> : std::bool_constant<!std::is_const_v<V>> {};
template <typename H, typename V>
struct is_default_hook<void (H::*)(V&) const noexcept> : std::bool_constant<!std::is_const_v<V>> {};
template <typename V>
struct is_default_hook<void (*)(V&)> : std::bool_constant<!std::is_const_v<V>> {};

/// Adds the default hook for one version, if there is one that takes its struct.
template <typename V, typename Hooks>
bool adapt_default(const FormPtr& form, const registry::Version& version,
                   registry::Strategy& strategy, const std::shared_ptr<Hooks>& hooks) {
  if constexpr (has_default_object<Hooks>::value) {
    if constexpr (requires { &Hooks::default_object; }) {
      static_assert(is_default_hook<decltype(&Hooks::default_object)>::value,
                    "the hook default_object takes a version's struct by reference: "
                    "void default_object(V&)");
    }
    const default_object_call<Hooks> call{hooks};
    if constexpr (kTakes<void, decltype(call), V&>) {
      strategy.default_object = [form, call, name = version.name, type = version.type,
                                 others = std::move(strategy.default_object)](
                                    const std::string& version_name, json::Value& object) {
        if (version_name == name) {
          return edit_struct<V>(*form, type, object, [&](V& value) { call(value); });
        }
        return others && others(version_name, object);
      };
      return true;
    }
  }
  return false;
}

/// "3m20s" for the time between `created` and `now`, as tables show ages; "<unknown>" for no time.
std::string age_text(const std::string& created, util::WallTime now);

template <typename T, typename Hooks>
void adapt_table(registry::Strategy& strategy, const std::shared_ptr<Hooks>& hooks) {
  if constexpr (has_columns<Hooks>::value) {
    const columns_call<Hooks> call{hooks};
    static_assert(kTakes<std::vector<Column<T>>, decltype(call)>,
                  "the hook columns is std::vector<annex::Column<T>> columns()");
    auto columns = std::make_shared<const std::vector<Column<T>>>(call());
    strategy.columns.push_back({"Name", "string", "name", "Name of the object.", 0});
    for (const Column<T>& column : *columns) {
      strategy.columns.push_back(
          {column.name, column.type, "", column.description, column.priority});
    }
    strategy.columns.push_back({"Age", "string", "", "Time since the object was created.", 0});
    strategy.cells = [columns](const json::Value& object, util::WallTime now) {
      const T value = to_struct<T>(object);
      json::Array cells;
      cells.push_back(object.at_string({"metadata", "name"}));
      for (const Column<T>& column : *columns) cells.push_back(column.cell(value));
      cells.push_back(age_text(object.at_string({"metadata", "creationTimestamp"}), now));
      return cells;
    };
  }
  if constexpr (has_selectable_fields<Hooks>::value) {
    const selectable_fields_call<Hooks> call{hooks};
    static_assert(kTakes<std::vector<SelectableField<T>>, decltype(call)>,
                  "the hook selectable_fields is std::vector<annex::SelectableField<T>> "
                  "selectable_fields()");
    for (SelectableField<T>& field : call()) {
      strategy.selectable_fields.push_back(
          {field.path, [value = field.value](const json::Value& object) {
             return value(to_struct<T>(object));
           }});
    }
  }
}

template <typename T, typename Hooks>
void adapt_preparation(const FormPtr& form, registry::Strategy& strategy,
                       const std::shared_ptr<Hooks>& hooks) {
  if constexpr (has_prepare_create<Hooks>::value) {
    const prepare_create_call<Hooks> call{hooks};
    static_assert(kIsHook<void, decltype(call), T&>, "the hook is void prepare_create(T&)");
    strategy.prepare_create = [form, call](const HookContext& context, json::Value& object) {
      edit_struct<T>(*form, *form->hub, object,
                     [&](T& value) { call_hook<void>(call, context, value); });
    };
  }
  if constexpr (has_prepare_update<Hooks>::value) {
    const prepare_update_call<Hooks> call{hooks};
    static_assert(kIsHook<void, decltype(call), T&, const T&>,
                  "the hook is void prepare_update(T&, const T& old)");
    strategy.prepare_update = [form, call](const HookContext& context, json::Value& object,
                                           const json::Value& old) {
      const T before = to_struct<T>(old);
      edit_struct<T>(*form, *form->hub, object,
                     [&](T& value) { call_hook<void>(call, context, value, before); });
    };
  }
}

template <typename T, typename Hooks>
void adapt_admission(const FormPtr& form, registry::Strategy& strategy,
                     const std::shared_ptr<Hooks>& hooks) {
  if constexpr (has_admit<Hooks>::value) {
    const admit_call<Hooks> call{hooks};
    static_assert(kIsHook<Result<void>, decltype(call), Operation, T*, const T*>,
                  "the hook is annex::Result<void> admit(Operation, T* object, const T* old)");
    strategy.admit = [form, call](const HookContext& context, json::Value* object,
                                  const json::Value* old) {
      std::optional<T> before;
      if (old != nullptr) before = to_struct<T>(*old);
      const T* const before_or_null = before ? &*before : nullptr;
      Result<void> result;
      T* const nothing = nullptr;
      if (object == nullptr) {
        result = call_hook<Result<void>>(call, context, context.operation, nothing, before_or_null);
      } else {
        edit_struct<T>(*form, *form->hub, *object, [&](T& value) {
          T* const changed = &value;
          result =
              call_hook<Result<void>>(call, context, context.operation, changed, before_or_null);
        });
      }
      return result;
    };
  }
  if constexpr (has_validate_admission<Hooks>::value) {
    const validate_admission_call<Hooks> call{hooks};
    static_assert(kIsHook<Result<void>, decltype(call), Operation, const T*, const T*>,
                  "the hook is annex::Result<void> validate_admission(Operation, const T* object, "
                  "const T* old)");
    strategy.validate_admission = [call](const HookContext& context, const json::Value* object,
                                         const json::Value* old) {
      std::optional<T> after;
      std::optional<T> before;
      if (object != nullptr) after = to_struct<T>(*object);
      if (old != nullptr) before = to_struct<T>(*old);
      const T* const after_or_null = after ? &*after : nullptr;
      const T* const before_or_null = before ? &*before : nullptr;
      return call_hook<Result<void>>(call, context, context.operation, after_or_null,
                                     before_or_null);
    };
  }
}

template <typename T, typename Hooks>
void adapt_validation(registry::Strategy& strategy, const std::shared_ptr<Hooks>& hooks) {
  if constexpr (has_validate<Hooks>::value) {
    const validate_call<Hooks> call{hooks};
    static_assert(kIsHook<void, decltype(call), const T&, FieldErrors&>,
                  "the hook is void validate(const T&, FieldErrors&)");
    strategy.validate = [call](const HookContext& context, const json::Value& object,
                               FieldErrors& errors) {
      const T value = to_struct<T>(object);
      call_hook<void>(call, context, value, errors);
    };
  }
  if constexpr (has_validate_create<Hooks>::value) {
    const validate_create_call<Hooks> call{hooks};
    static_assert(kIsHook<void, decltype(call), const T&, FieldErrors&>,
                  "the hook is void validate_create(const T&, FieldErrors&)");
    strategy.validate = [call, always = std::move(strategy.validate)](const HookContext& context,
                                                                      const json::Value& object,
                                                                      FieldErrors& errors) {
      if (always) always(context, object, errors);
      if (context.operation != Operation::kCreate) return;
      const T value = to_struct<T>(object);
      call_hook<void>(call, context, value, errors);
    };
  }
  if constexpr (has_validate_update<Hooks>::value) {
    const validate_update_call<Hooks> call{hooks};
    static_assert(kIsHook<void, decltype(call), const T&, const T&, FieldErrors&>,
                  "the hook is void validate_update(const T&, const T& old, FieldErrors&)");
    strategy.validate_update = [call](const HookContext& context, const json::Value& object,
                                      const json::Value& old, FieldErrors& errors) {
      const T value = to_struct<T>(object);
      const T before = to_struct<T>(old);
      call_hook<void>(call, context, value, before, errors);
    };
  }
  if constexpr (has_warn<Hooks>::value) {
    const warn_call<Hooks> call{hooks};
    static_assert(kIsHook<std::vector<std::string>, decltype(call), const T&>,
                  "the hook is std::vector<std::string> warn(const T&)");
    strategy.warnings = [call](const HookContext& context, const json::Value& object,
                               const json::Value*) {
      const T value = to_struct<T>(object);
      return call_hook<std::vector<std::string>>(call, context, value);
    };
  }
}

/// Turns every hook but the defaults into a function of the strategy.
template <typename T, typename Hooks>
void adapt_hooks(const FormPtr& form, registry::Strategy& strategy,
                 const std::shared_ptr<Hooks>& hooks) {
  adapt_preparation<T>(form, strategy, hooks);
  adapt_admission<T>(form, strategy, hooks);
  adapt_validation<T>(strategy, hooks);
  adapt_table<T>(strategy, hooks);
}

}  // namespace annex::detail
