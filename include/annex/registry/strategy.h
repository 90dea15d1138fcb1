// Strategy: what is particular about one resource, as functions on its hub form.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"
#include "annex/request/user.h"
#include "annex/schema/field_error.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::registry {

enum class Operation { kCreate, kUpdate, kDelete, kConnect };

/// "CREATE" and the like, as admission is told of it.
std::string_view operation_text(Operation operation);

/// What a hook and admission may know about the request. Lives as long as the call.
struct HookContext {
  request::UserInfo user{};  ///< who asks
  util::WallTime now{};      ///< civil time of the request
  /// What is asked for: of the subresource `scale` the parent's group, version and resource, too.
  std::string group{};
  std::string version{};      ///< "v1"
  std::string resource{};     ///< the plural
  std::string subresource{};  ///< empty: the object itself
  /// The kind of the bodies, such as "Flunder", or of autoscaling/v1 "Scale".
  std::string kind_group{};
  std::string kind_version{};  ///< "v1"
  std::string kind{};          ///< in one word
  std::string name_space{};    ///< empty: none
  /// Empty while a new object is mutated that is to be given a name.
  std::string name{};
  /// CreateOptions, UpdateOptions, PatchOptions or DeleteOptions of meta.k8s.io/v1.
  json::Value options{};
  bool dry_run = false;  ///< nothing will be stored
  /// What is done to the object: set by the write loop before it calls a hook.
  Operation operation = Operation::kCreate;
  /// Tells the client in a Warning header, even if the request is refused later. May be empty.
  std::function<void(const std::string& text)> warn{};
};

/// One column of a Table.
struct Column {
  std::string name{};           ///< its head
  std::string type = "string";  ///< integer, number, string, boolean or date
  std::string format{};         ///< "name" for the first column
  std::string description{};    ///< for who asks what it says
  int priority = 0;             ///< above 0: only with `-o wide`
};

/// A field that field selectors may name, besides metadata.name and metadata.namespace.
struct SelectableField {
  std::string path{};                                             ///< "spec.flour"
  std::function<std::string(const json::Value& object)> value{};  ///< of an object in the hub form
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
  /// Fills defaults beyond those of the schema; `object` has the form of version `version`. True if
  /// it changed the object.
  std::function<bool(const std::string& version, json::Value& object)> default_object{};
  /// The last of mutating admission: may change what is wanted, or refuse (Forbidden...). `object`
  /// is null for a deletion, `old` for a creation.
  std::function<Result<void>(const HookContext&, json::Value* object, const json::Value* old)>
      admit{};
  /// The last of validating admission: may refuse what is about to be stored.
  std::function<Result<void>(const HookContext&, const json::Value* object, const json::Value* old)>
      validate_admission{};
  /// Sets what clients do not decide, before a creation is validated.
  std::function<void(const HookContext&, json::Value& object)> prepare_create{};
  /// As above, before an update is.
  std::function<void(const HookContext&, json::Value& object, const json::Value& old)>
      prepare_update{};
  /// On create and on update, after the schema's own constraints.
  std::function<void(const HookContext&, const json::Value& object, schema::FieldErrors&)>
      validate{};
  /// On update, in addition.
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
  /// By which lists and watches may be narrowed.
  std::vector<SelectableField> selectable_fields{};

  /// Serves `status`: writes of the object leave the status alone, writes of the status all else.
  bool status_subresource = false;
  /// Switches on the `scale` subresource.
  std::optional<ScalePaths> scale{};
  /// `metadata.generation` is 1 on create and counts changes outside metadata and status.
  bool generation = false;
  bool create_on_update = false;                 ///< an update may create
  bool unconditional_update = false;             ///< an update may overwrite
  NameRule name_rule = NameRule::kDnsSubdomain;  ///< what names may be
};

}  // namespace annex::registry
