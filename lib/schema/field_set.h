// FieldSet: a set of paths into an object, as managedFields keep who owns what.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "annex/json/value.h"
#include "annex/util/result.h"
#include "schema/path_element.h"

namespace annex::schema {

/// A tree whose nodes are path elements in order; a node may be a member itself, have nodes below
/// it, or both. No node is neither. The empty path is never a member. A value; the algebra is that
/// of structured-merge-diff's `fieldpath/set.go`.
class FieldSet {
 public:
  struct Node;

  FieldSet();
  FieldSet(const FieldSet& other);
  FieldSet(FieldSet&& other) noexcept;
  FieldSet& operator=(const FieldSet& other);
  FieldSet& operator=(FieldSet&& other) noexcept;
  ~FieldSet();

  /// How deep a set may nest that is read, and that is made of an object.
  static constexpr int kMaxDepth = 500;

  /// From `fieldsV1`. Elements of an unknown kind are left out. BadRequest for what is none.
  static Result<FieldSet> read(const json::Value& fields);
  /// As `fieldsV1`, in upstream's order.
  json::Value write() const;

  bool empty() const;
  std::size_t size() const;  ///< members
  const std::vector<Node>& nodes() const { return nodes_; }
  bool contains(const std::vector<PathElement>& path) const;
  void insert(const std::vector<PathElement>& path);
  /// Makes room for nodes that are about to come.
  void reserve(std::size_t nodes);
  /// Adds a node, which must come after all that there are, unless it would be empty.
  void append(PathElement element, bool member, FieldSet below);
  /// Adds what may come anywhere, and be there already.
  void add(PathElement element, bool member, FieldSet below);
  /// The node of the element; null if there is none.
  const Node* find(const PathElement& element) const;
  const Node* find_field(std::string_view name) const;

  FieldSet united(FieldSet other) const;
  FieldSet intersected(const FieldSet& other) const;
  /// Without the members of `other`; what is below those stays.
  FieldSet without(const FieldSet& other) const&;
  FieldSet without(const FieldSet& other) &&;
  /// Without the members of `other` and all that is below them.
  FieldSet without_trees(const FieldSet& other) const&;
  FieldSet without_trees(const FieldSet& other) &&;

  /// Every member as it is shown, such as `.spec.ports[name="a"].number`, in order.
  std::vector<std::string> shown() const;

  friend bool operator==(const FieldSet& a, const FieldSet& b);

 private:
  /// Takes out the members of `other`, and what is below them if `trees`.
  void take_out(const FieldSet& other, bool trees);

  std::vector<Node> nodes_;
};

struct FieldSet::Node {
  PathElement element;
  bool member = false;
  FieldSet below{};
};

// Here, where Node is complete.
inline FieldSet::FieldSet() = default;
inline FieldSet::FieldSet(const FieldSet& other) = default;
inline FieldSet::FieldSet(FieldSet&& other) noexcept = default;
inline FieldSet& FieldSet::operator=(const FieldSet& other) = default;
inline FieldSet& FieldSet::operator=(FieldSet&& other) noexcept = default;
inline FieldSet::~FieldSet() = default;
inline bool FieldSet::empty() const { return nodes_.empty(); }
inline void FieldSet::reserve(std::size_t nodes) { nodes_.reserve(nodes); }

}  // namespace annex::schema
