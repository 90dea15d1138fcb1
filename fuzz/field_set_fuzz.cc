#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "schema/field_set.h"

using annex::schema::FieldSet;
using annex::schema::PathElement;
using Path = std::vector<PathElement>;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

/// The paths of all members below `path`.
void collect(const FieldSet& set, Path& path, std::vector<Path>& paths) {
  for (const FieldSet::Node& node : set.nodes()) {
    path.push_back(node.element);
    if (node.member) paths.push_back(path);
    collect(node.below, path, paths);
    path.pop_back();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = annex::json::read({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  auto set = FieldSet::read(document->value);
  if (!set) {
    expect(!set.error().message.empty());
    return 0;
  }
  // What was written is read as the same set, and written as the same text.
  const annex::json::Value fields = set->write();
  auto again = FieldSet::read(fields);
  expect(again && *again == *set);
  expect(annex::json::write(again->write()) == annex::json::write(fields));
  expect(set->shown().size() == set->size());

  if (set->size() <= 200) {
    Path path;
    std::vector<Path> paths;
    collect(*set, path, paths);
    FieldSet built;
    for (const Path& each : paths) {
      expect(!built.contains(each));
      built.insert(each);
      expect(built.contains(each) && set->contains(each));
    }
    expect(built == *set);
  }
  expect(set->united(*again) == *set);
  expect(set->intersected(*again) == *set);
  expect(set->without(*again).empty());
  expect(set->without_trees(*again).empty());
  FieldSet half;
  bool take = false;
  for (const FieldSet::Node& node : set->nodes()) {
    take = !take;
    if (take) half.append(node.element, node.member, node.below);
  }
  expect(set->without(half).united(half) == *set);
  expect(set->intersected(half) == half);
  return 0;
}
