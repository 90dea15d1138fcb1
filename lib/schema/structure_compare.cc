#include <map>
#include <vector>

#include "schema/structure.h"

namespace annex::schema {
namespace {

/// What is known of one place after it was compared: the place itself and what is below it.
struct Difference {
  bool removed = false;
  bool modified = false;
  bool added = false;
  Comparison below{};

  /// `element()` makes the place's element: for one set nearly always, and often for none.
  template <typename Element>
  void note_into(Comparison& comparison, const Element& element) {
    const auto note = [&element](bool member, FieldSet& inside, FieldSet& set) {
      if (member || !inside.empty()) set.add(element(), member, std::move(inside));
    };
    note(removed, below.removed, comparison.removed);
    note(modified, below.modified, comparison.modified);
    note(added, below.added, comparison.added);
  }
};

class Comparer {
 public:
  /// One of both may be null: not there.
  Difference compare(const MergeType& type, const json::Value* before, const json::Value* after,
                     int depth) {
    Difference found;
    const MergeType::Forms old_forms = type.forms_of(before);
    const MergeType::Forms new_forms = type.forms_of(after);
    bool leaf = false;
    if (after == nullptr) {
      leaf = visit(old_forms, type, before, after, depth, found);
    } else if (before == nullptr || old_forms == new_forms) {
      leaf = visit(new_forms, type, before, after, depth, found);
    } else {
      visit(old_forms, type, before, after, depth, found);
      leaf = visit(new_forms, type, before, after, depth, found);
    }
    if (!leaf && before == nullptr) found.added = true;
    if (!leaf && after == nullptr) found.removed = true;
    return found;
  }

  /// Of the first item that could not be told from others; empty if there was none.
  const std::string& problem() const { return problem_; }

 private:
  /// True if the place is a leaf in this form.
  bool visit(const MergeType::Forms& forms, const MergeType& type, const json::Value* before,
             const json::Value* after, int depth, Difference& found) {
    if (depth <= kMaxMergeDepth && forms.map) {
      if (!type.map_is_atomic() && visit_map(type, before, after, depth, found)) return false;
    } else if (depth <= kMaxMergeDepth && forms.list && !forms.scalar) {
      if (!type.list_is_atomic() && visit_list(type, before, after, depth, found)) return false;
    }
    if (before == nullptr) {
      found.added = true;
    } else if (after == nullptr) {
      found.removed = true;
    } else if (!(*before == *after)) {
      found.modified = true;
    }
    return true;
  }

  /// False if neither side has anything in it.
  bool visit_map(const MergeType& type, const json::Value* before, const json::Value* after,
                 int depth, Difference& found) {
    static const json::Object kNone;
    const bool old_map = before != nullptr && before->is_object();
    const bool new_map = after != nullptr && after->is_object();
    const json::Object& left = old_map ? before->as_object() : kNone;
    const json::Object& right = new_map ? after->as_object() : kNone;
    if (left.empty() && right.empty()) return false;
    if (left.empty()) found.below.added.reserve(right.size());
    for (const json::Member& member : left) {
      compare_member(type, member.name, &member.value, right.find(member.name), depth, found);
    }
    for (const json::Member& member : right) {
      if (left.contains(member.name)) continue;
      compare_member(type, member.name, nullptr, &member.value, depth, found);
    }
    return true;
  }

  void compare_member(const MergeType& type, const std::string& name, const json::Value* before,
                      const json::Value* after, int depth, Difference& found) {
    compare(type.member(name), before, after, depth + 1).note_into(found.below, [&name] {
      return PathElement::field(name);
    });
  }

  struct Occurrences {
    std::vector<const json::Value*> before{};
    std::vector<const json::Value*> after{};
  };

  bool visit_list(const MergeType& type, const json::Value* before, const json::Value* after,
                  int depth, Difference& found) {
    static const json::Array kNone;
    const bool old_list = before != nullptr && before->is_array();
    const bool new_list = after != nullptr && after->is_array();
    const json::Array& left = old_list ? before->as_array() : kNone;
    const json::Array& right = new_list ? after->as_array() : kNone;
    if (left.empty() && right.empty()) return false;
    if (left == right) return true;
    std::map<PathElement, Occurrences> items;
    index(type, left, &Occurrences::before, items);
    index(type, right, &Occurrences::after, items);
    const MergeType item_type = type.item();
    for (auto& [element, occurrences] : items) {
      Difference inside = compare_items(item_type, occurrences, depth);
      inside.note_into(found.below, [place = &element] { return *place; });
    }
    return true;
  }

  void index(const MergeType& type, const json::Array& list,
             std::vector<const json::Value*> Occurrences::*side,
             std::map<PathElement, Occurrences>& items) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto element = type.element_of(list[i]);
      if (element) {
        (items[std::move(*element)].*side).push_back(&list[i]);
      } else if (problem_.empty()) {
        problem_ = "element " + std::to_string(i) + ": " + element.error().message;
      }
    }
  }

  /// Items that are there more than once are compared as a whole; that they begin or end to be is
  /// told by the path of the item alone.
  Difference compare_items(const MergeType& type, const Occurrences& items, int depth) {
    const auto& before = items.before;
    const auto& after = items.after;
    const json::Value* one_before = before.size() == 1 ? before.front() : nullptr;
    const json::Value* one_after = after.size() == 1 ? after.front() : nullptr;
    Difference found;
    if (before.size() >= 2 && after.size() >= 2) {
      found.modified = before.size() != after.size();
      for (std::size_t i = 0; i < before.size() && !found.modified; ++i) {
        found.modified = !(*before[i] == *after[i]);
      }
      return found;
    }
    if (one_before != nullptr || one_after != nullptr) {
      found = compare(type, one_before, one_after, depth + 1);
    }
    if (before.size() >= 2) found.removed = true;
    if (after.size() >= 2) found.added = true;
    return found;
  }

  std::string problem_;
};

}  // namespace

Result<Comparison> compare_structure(const MergeType& type, const json::Value& before,
                                     const json::Value& after) {
  Comparer comparer;
  Difference found = comparer.compare(type, &before, &after, 0);
  if (!comparer.problem().empty()) return Error::bad_request(comparer.problem());
  return std::move(found.below);
}

}  // namespace annex::schema
