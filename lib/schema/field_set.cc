#include "schema/field_set.h"

#include <algorithm>

namespace annex::schema {
namespace {

/// Calls `both(a, b)` for every element of either side, in order; a null pointer is none.
template <typename Right, typename Both>
void zip(const std::vector<FieldSet::Node>& left, Right& right, const Both& both) {
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() || b != right.end()) {
    int order = 0;
    if (a == left.end()) {
      order = 1;
    } else if (b == right.end()) {
      order = -1;
    } else {
      order = a->element.compare(b->element);
    }
    both(order <= 0 ? &*a : nullptr, order >= 0 ? &*b : nullptr);
    if (order <= 0) ++a;
    if (order >= 0) ++b;
  }
}

std::size_t place_of(const std::vector<FieldSet::Node>& nodes, const PathElement& element) {
  // What is read, and what is made, comes in order nearly always.
  if (nodes.empty() || nodes.back().element < element) return nodes.size();
  const auto found = std::lower_bound(
      nodes.begin(), nodes.end(), element,
      [](const FieldSet::Node& node, const PathElement& wanted) { return node.element < wanted; });
  return static_cast<std::size_t>(found - nodes.begin());
}

bool is_field(const FieldSet::Node& node) {
  return node.element.kind() == PathElement::Kind::kField;
}

/// Reads what is below one element; true if that element is a member itself.
Result<bool> read_below(const json::Value& fields, int depth, FieldSet& set) {
  if (!fields.is_object()) {
    return Error::bad_request("managedFields parsing: expected an object, found " +
                              std::string(fields.type_name()));
  }
  if (depth > FieldSet::kMaxDepth) return Error::bad_request("managedFields nest too deep");
  bool member = false;
  for (const json::Member& field : fields.as_object()) {
    if (field.name == ".") {
      member = true;
      continue;
    }
    auto element = PathElement::parse(field.name);
    if (!element) {
      return Error::bad_request("parsing key as path element: " + element.error().message);
    }
    if (!*element) continue;
    FieldSet below;
    auto is_member = read_below(field.value, depth + 1, below);
    if (!is_member) return is_member;
    set.add(std::move(**element), *is_member, std::move(below));
  }
  // As upstream, where what has only unknown elements below it is a member, too.
  return member || set.empty();
}

json::Object write_below(const FieldSet& set, bool member) {
  json::Object fields;
  if (set.empty()) return fields;
  fields.reserve(set.nodes().size() + (member ? 1 : 0));
  if (member) fields.append(".", json::Object());
  for (const FieldSet::Node& node : set.nodes()) {
    fields.append(node.element.text(), write_below(node.below, node.member));
  }
  return fields;
}

void show_below(const FieldSet& set, const std::string& path, std::vector<std::string>& shown) {
  for (const FieldSet::Node& node : set.nodes()) {
    const std::string place = path + node.element.shown();
    if (node.member) shown.push_back(place);
    show_below(node.below, place, shown);
  }
}

}  // namespace

Result<FieldSet> FieldSet::read(const json::Value& fields) {
  FieldSet set;
  if (fields.is_null()) return set;
  auto done = read_below(fields, 0, set);
  if (!done) return std::move(done).error();
  return set;
}

json::Value FieldSet::write() const { return write_below(*this, false); }

std::size_t FieldSet::size() const {
  std::size_t members = 0;
  for (const Node& node : nodes_) members += (node.member ? 1 : 0) + node.below.size();
  return members;
}

bool FieldSet::contains(const std::vector<PathElement>& path) const {
  const FieldSet* set = this;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Node* node = set->find(path[i]);
    if (node == nullptr) return false;
    if (i + 1 == path.size()) return node->member;
    set = &node->below;
  }
  return false;
}

void FieldSet::insert(const std::vector<PathElement>& path) {
  FieldSet set;
  for (std::size_t i = path.size(); i-- > 0;) {
    FieldSet above;
    above.append(path[i], i + 1 == path.size(), std::move(set));
    set = std::move(above);
  }
  *this = united(std::move(set));
}

void FieldSet::append(PathElement element, bool member, FieldSet below) {
  if (!member && below.empty()) return;
  nodes_.push_back({std::move(element), member, std::move(below)});
}

void FieldSet::add(PathElement element, bool member, FieldSet below) {
  if (!member && below.empty()) return;
  const std::size_t place = place_of(nodes_, element);
  if (place == nodes_.size() || !(nodes_[place].element == element)) {
    nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(place),
                  {std::move(element), member, std::move(below)});
    return;
  }
  Node& node = nodes_[place];
  node.member = node.member || member;
  node.below = node.below.united(std::move(below));
}

const FieldSet::Node* FieldSet::find(const PathElement& element) const {
  const std::size_t place = place_of(nodes_, element);
  return place < nodes_.size() && nodes_[place].element == element ? &nodes_[place] : nullptr;
}

const FieldSet::Node* FieldSet::find_field(std::string_view name) const {
  const auto found = std::lower_bound(nodes_.begin(), nodes_.end(), name,
                                      [](const Node& node, std::string_view wanted) {
                                        return is_field(node) && node.element.name() < wanted;
                                      });
  const bool there = found != nodes_.end() && is_field(*found) && found->element.name() == name;
  return there ? &*found : nullptr;
}

FieldSet FieldSet::united(FieldSet other) const {
  if (empty()) return other;
  if (other.empty()) return *this;
  FieldSet set;
  set.reserve(std::max(nodes_.size(), other.nodes_.size()));
  zip(nodes_, other.nodes_, [&](const Node* a, Node* b) {
    if (b == nullptr) {
      set.nodes_.push_back(*a);
    } else if (a == nullptr) {
      set.nodes_.push_back(std::move(*b));
    } else {
      set.append(a->element, a->member || b->member, a->below.united(std::move(b->below)));
    }
  });
  return set;
}

FieldSet FieldSet::intersected(const FieldSet& other) const {
  FieldSet set;
  if (empty() || other.empty()) return set;
  zip(nodes_, other.nodes_, [&](const Node* a, const Node* b) {
    if (a == nullptr || b == nullptr) return;
    set.append(a->element, a->member && b->member, a->below.intersected(b->below));
  });
  return set;
}

void FieldSet::take_out(const FieldSet& other, bool trees) {
  if (other.empty()) return;
  auto kept = nodes_.begin();
  for (Node& node : nodes_) {
    if (const Node* out = other.find(node.element); out != nullptr) {
      if (out->member && trees) continue;
      node.member = node.member && !out->member;
      node.below.take_out(out->below, trees);
      if (!node.member && node.below.empty()) continue;
    }
    if (&*kept != &node) *kept = std::move(node);
    ++kept;
  }
  nodes_.erase(kept, nodes_.end());
}

FieldSet FieldSet::without(const FieldSet& other) const& { return FieldSet(*this).without(other); }

FieldSet FieldSet::without(const FieldSet& other) && {
  take_out(other, false);
  return std::move(*this);
}

FieldSet FieldSet::without_trees(const FieldSet& other) const& {
  return FieldSet(*this).without_trees(other);
}

FieldSet FieldSet::without_trees(const FieldSet& other) && {
  take_out(other, true);
  return std::move(*this);
}

std::vector<std::string> FieldSet::shown() const {
  std::vector<std::string> shown;
  show_below(*this, "", shown);
  return shown;
}

bool operator==(const FieldSet& a, const FieldSet& b) {
  return std::equal(a.nodes_.begin(), a.nodes_.end(), b.nodes_.begin(), b.nodes_.end(),
                    [](const FieldSet::Node& x, const FieldSet::Node& y) {
                      return x.member == y.member && x.element == y.element && x.below == y.below;
                    });
}

}  // namespace annex::schema
