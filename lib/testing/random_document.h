// Documents made up from the schema.
#pragma once

#include <set>
#include <string>

#include "annex/json/value.h"
#include "annex/schema/type.h"
#include "annex/util/random.h"

namespace annex::testing {

/// Makes up values of one table's types. One thread.
class RandomDocuments {
 public:
  RandomDocuments(const schema::TypeTable& table, util::Random& random)
      : table_(table), random_(random) {}

  /// A document of an object type, with some of its fields. Metadata holds a name and a label.
  json::Value make(schema::TypeId type);
  /// The fields, as "spec.flour", that were set in some document: each but in deeper repetitions.
  const std::set<std::string>& set() const { return set_; }
  /// The fields that there are, in the same words.
  std::set<std::string> fields(schema::TypeId type) const;

 private:
  json::Value value(schema::TypeId type, const std::string& path, int depth);
  std::optional<json::Value> member(const schema::Property& property, const std::string& path,
                                    int depth);
  json::Value object(schema::TypeId type, const std::string& path, int depth);
  std::string text(std::size_t least, std::size_t most);
  json::Value formatted(schema::Format format);
  std::int64_t whole(std::int64_t least, std::int64_t most);
  bool chance(std::uint64_t of) { return random_.below(of) == 0; }

  const schema::TypeTable& table_;
  util::Random& random_;
  std::set<std::string> set_;
};

}  // namespace annex::testing
