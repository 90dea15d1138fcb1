// Renames: a conversion between two forms of a kind that needs no code.
#pragma once

#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/schema/type.h"

namespace annex::schema {

/// One member that a version calls otherwise than the hub form, or has in another place.
struct Rename {
  std::string version{};  ///< path of names, such as "spec.count"
  std::string hub{};      ///< "spec.replicas"
};

/// Which members of two forms stand for each other; all that is not named is the same in both. A
/// value, given before the server starts; the conversions are called on any thread.
class Renames {
 public:
  Renames() = default;
  /// These, whose order does not matter.
  Renames(std::initializer_list<Rename> renames) : renames_(renames) {}

  /// Why documents of `version` and of `hub` could not be made from each other without loss: a
  /// sentence for each member that has no counterpart, is of another type there, or means something
  /// else where it is absent.
  std::vector<std::string> problems(const TypeTable& table, TypeId version, TypeId hub) const;

  /// Moves the members. Requires: `document` is normalised; the result is to be normalised.
  void to_hub(json::Value& document) const;
  /// As above, the other way round.
  void from_hub(json::Value& document) const;

 private:
  std::vector<Rename> renames_;
};

}  // namespace annex::schema
