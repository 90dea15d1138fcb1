// Reading JSON and YAML text into values: strict, bounded, without recursion.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"
#include "annex/util/result.h"

namespace annex::json {

/// What a text may have.
struct ReadOptions {
  std::size_t max_depth = 10000;     ///< nested arrays and objects; deeper text is refused
  std::size_t max_duplicates = 100;  ///< reported paths of duplicate members
};

/// A text that was read.
struct Document {
  Value value{};  ///< what was read
  /// Paths of members that occur twice, in document order, such as `spec.items[0].x`. The last
  /// occurrence is the one that `value` holds.
  std::vector<std::string> duplicates{};
};

/// Reads one JSON text. The whole text must be one value (white space aside) in valid UTF-8.
/// BadRequest otherwise; the message says what is wrong and at which byte. Any thread.
Result<Document> read(std::string_view text, const ReadOptions& options = {});

/// The value alone, for text that annex itself wrote.
Result<Value> parse(std::string_view text);

/// Reads one YAML document (JSON included) as Kubernetes does: YAML 1.1 core types, anchors within
/// a bound on the expanded size, string keys. Duplicate keys are reported as `line 4: key "a"
/// already set in map`. BadRequest otherwise. Any thread.
Result<Document> read_yaml(std::string_view text, const ReadOptions& options = {});

}  // namespace annex::json
