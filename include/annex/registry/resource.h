// Resource: one kind of object that is served; Registry: all of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"
#include "annex/registry/strategy.h"
#include "annex/registry/subresource.h"
#include "annex/registry/virtual_source.h"
#include "annex/schema/type.h"
#include "annex/util/result.h"

namespace annex::registry {

enum class Scope { kNamespaced, kCluster };

/// One served form of a resource. The functions convert documents without kind and apiVersion
/// between this form and the hub form; empty means that both are the same. What they take is in
/// normal form, what they give need not be: a default that was not there is filled in by the codec.
struct Version {
  std::string name{};                                          ///< "v1beta1"
  schema::TypeId type{};                                       ///< in the resource's table
  std::function<Result<json::Value>(json::Value)> to_hub{};    ///< from this form
  std::function<Result<json::Value>(json::Value)> from_hub{};  ///< to this form
  bool served = true;                                          ///< false: only read from the store
  /// Sent as a Warning with each answer, if not empty.
  std::string deprecation{};
};

/// One resource of one group. A value, complete before it is added to a Registry and never changed
/// afterwards; read from any thread.
struct Resource {
  std::string group{};                               ///< "bakery.example.com"
  std::string plural{};                              ///< as in paths
  std::string singular{};                            ///< usually the kind in lower case
  std::string kind{};                                ///< "Loaf"
  std::string list_kind{};                           ///< empty: kind + "List"
  Scope scope = Scope::kNamespaced;                  ///< whether objects have a namespace
  std::vector<std::string> short_names{};            ///< for kubectl
  std::vector<std::string> categories{};             ///< for kubectl
  std::shared_ptr<const schema::TypeTable> types{};  ///< of all versions and of the hub
  std::vector<Version> versions{};                   ///< in order of preference
  std::string storage_version{};                     ///< empty: the first version
  schema::TypeId hub_type{};                         ///< the form that is validated
  Strategy strategy{};                               ///< hooks, and what is switched on
  /// Where the objects of a virtual resource come from; null: they are stored.
  std::shared_ptr<const VirtualSource> source{};
  /// Makes of an imperative resource that it is: objects are created to be answered and not kept.
  std::function<Result<json::Value>(const HookContext&, json::Value question)> answer{};
  /// Subresources that the program answers itself.
  std::vector<Subresource> parts{};

  /// How it is spoken of.
  bool namespaced() const { return scope == Scope::kNamespaced; }
  /// Of its lists.
  std::string list_kind_or_default() const { return list_kind.empty() ? kind + "List" : list_kind; }
  /// Null if there is no such version. Unserved versions are found, too: stored data may have them.
  const Version* find_version(std::string_view name) const;
  /// The version in which objects are stored.
  const Version& storage() const;
  /// "wardle.example.com/v1beta1", or "v1" for the core group.
  std::string api_version(const Version& version) const;
  /// "flunders.wardle.example.com", as error texts name it.
  std::string group_resource() const;
  /// "Flunder.wardle.example.com", as Invalid names it.
  std::string group_kind() const;
  /// The verbs of the main path in alphabetical order, as discovery lists them.
  std::vector<std::string> verbs() const;
  /// Null if there is no such part.
  const Subresource* find_part(std::string_view name) const;
  /// "scale" and "status", those that are switched on, and the program's own.
  std::vector<std::string> subresources() const;
  /// As discovery lists them.
  std::vector<std::string> subresource_verbs(std::string_view subresource) const;
};

/// An API group with its versions in order of preference.
struct Group {
  std::string name{};                   ///< "bakery.example.com"
  std::vector<std::string> versions{};  ///< the preferred first
};

/// All resources of a server. Filled before the server starts, then only read, from any thread.
class Registry {
 public:
  /// Adds a resource and its group and versions. kInvalid for a name that is taken and for whatever
  /// else keeps it from being served, in a sentence that names resource, type and field.
  Result<void> add(Resource resource);
  /// Fixes the order in which a group's versions are preferred.
  void prefer(std::string_view group, std::vector<std::string> versions);

  /// All that were added, in that order.
  const std::vector<Group>& groups() const { return groups_; }
  /// In the same order.
  const std::vector<std::unique_ptr<const Resource>>& resources() const { return resources_; }
  /// Null if it is not there.
  const Group* find_group(std::string_view group) const;
  /// The resource if that version serves it, else null.
  const Resource* find(std::string_view group, std::string_view version,
                       std::string_view plural) const;

 private:
  std::vector<Group> groups_;
  std::vector<std::unique_ptr<const Resource>> resources_;
};

}  // namespace annex::registry
