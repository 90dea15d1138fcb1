// A server of loaves for the numbered scenarios of server-side apply.
#pragma once

#include <string>
#include <vector>

#include "tests/conformance/rest_server.h"
#include "tests/schema/bakery.h"

namespace annex::conformance {

inline const std::string kApply = "application/apply-patch+yaml";

/// How loaves are served.
struct Menu {
  schema::bakery::Variant variant{};
  bool v1_served = true;
  bool status = false;
};

/// One loaf, applied to and updated by managers; what is written of it is its spec.
class Kitchen {
 public:
  explicit Kitchen(const Menu& menu = {}) { reopen(menu); }
  /// The same store, served otherwise.
  void reopen(const Menu& menu);

  /// Applies `{"spec": <spec>}`.
  Answer apply(const std::string& manager, const std::string& spec, bool force = false,
               const std::string& version = "v1");
  /// Applies a whole document's members but for apiVersion, kind and metadata.name.
  Answer apply_document(const std::string& manager, const std::string& members,
                        const std::string& query = {}, const std::string& version = "v1");
  /// Replaces the spec of the object, or creates it.
  Answer update(const std::string& manager, const std::string& spec,
                const std::string& version = "v1");
  /// Puts the document as it is.
  Answer put(const std::string& manager, const json::Value& object,
             const std::string& subresource = {});
  Answer get();

  /// The spec as JSON, with sorted members; "absent" if there is none.
  std::string spec();
  /// "a: .size .flavor; c(Update): .size", without the leading ".spec", sorted by manager.
  std::string owners();
  /// An entry of managedFields; null if there is none.
  json::Value entry(const std::string& manager);

  RestServer server;
};

/// The fields of the causes of a conflict with their managers: `conflict with "a": .spec.size`.
std::vector<std::string> conflicts(const Answer& answer);

}  // namespace annex::conformance
