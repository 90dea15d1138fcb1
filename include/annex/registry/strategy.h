// Strategy: what is particular about one resource, as functions on its hub form.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/request/user.h"
#include "annex/schema/field_error.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::registry {

enum class Operation { kCreate, kUpdate, kDelete };

/// What a hook may know about the request. Lives as long as the call.
struct HookContext {
  request::UserInfo user{};
  util::WallTime now{};
  std::string subresource{};
  bool dry_run = false;
  /// What is done to the object: set by the write loop before it calls a hook.
  Operation operation = Operation::kCreate;
};

/// One column of a Table.
struct Column {
  std::string name{};
  std::string type = "string";  ///< integer, number, string, boolean or date
  std::string format{};         ///< "name" for the first column
  std::string description{};
  int priority = 0;  ///< above 0: only with `-o wide`
};

/// A field that field selectors may name, besides metadata.name and metadata.namespace.
struct SelectableField {
  std::string path{};
  std::function<std::string(const json::Value& object)> value{};
};

/// Where an object has what its autoscaling/v1 Scale tells: paths into the hub form, such as
/// "spec.replicas".
struct ScalePaths {
  std::string spec_replicas{};    ///< of an integer
  std::string status_replicas{};  ///< of an integer
  std::string selector{};         ///< of a string with a label selector; empty: there is none
};

/// How `metadata.name` is checked beyond what a path segment must be.
enum class NameRule { kPathSegment, kDnsLabel, kDnsSubdomain };

/// The hooks of a resource. Each may be empty. They are called from any number of threads at once
/// and, inside the write loop, possibly more than once for a request. Objects are in the hub form
/// without kind and apiVersion, except where a version is named.
struct Strategy {
  /// Fills defaults beyond those of the schema; `object` has the form of version `version`.
  std::function<void(const std::string& version, json::Value& object)> default_object{};
  /// May change what is to be stored, or refuse (Forbidden...). `object` is null for a deletion,
  /// `old` is null for a creation.
  std::function<Result<void>(const HookContext&, Operation, json::Value* object,
                             const json::Value* old)>
      admit{};
  std::function<void(const HookContext&, json::Value& object)> prepare_create{};
  std::function<void(const HookContext&, json::Value& object, const json::Value& old)>
      prepare_update{};
  /// On create and on update, after the schema's own constraints.
  std::function<void(const HookContext&, const json::Value& object, schema::FieldErrors&)>
      validate{};
  std::function<void(const HookContext&, const json::Value& object, const json::Value& old,
                     schema::FieldErrors&)>
      validate_update{};
  /// Texts for Warning headers; `old` is null on create.
  std::function<std::vector<std::string>(const HookContext&, const json::Value& object,
                                         const json::Value* old)>
      warnings{};

  /// Table columns; empty means Name and Created At.
  std::vector<Column> columns{};
  /// One cell a column. Required if there are columns.
  std::function<json::Array(const json::Value& object, util::WallTime now)> cells{};
  std::vector<SelectableField> selectable_fields{};

  bool status_subresource = false;
  /// Switches on the `scale` subresource.
  std::optional<ScalePaths> scale{};
  /// `metadata.generation` is 1 on create and counts changes outside metadata and status.
  bool generation = false;
  bool create_on_update = false;
  bool unconditional_update = false;
  NameRule name_rule = NameRule::kDnsSubdomain;
};

}  // namespace annex::registry
