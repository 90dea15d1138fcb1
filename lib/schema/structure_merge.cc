#include <map>
#include <optional>
#include <set>

#include "schema/structure.h"

namespace annex::schema {
namespace {

using Merged = std::optional<json::Value>;

Merged merge(const MergeType& type, const json::Value* live, const json::Value* config, int depth);

Merged leaf(const json::Value* live, const json::Value* config) {
  if (config != nullptr) return *config;
  if (live != nullptr) return *live;
  return {};
}

Merged merge_maps(const MergeType& type, const json::Value* live, const json::Value* config,
                  int depth) {
  static const json::Object kNone;
  const json::Object& left = live != nullptr && live->is_object() ? live->as_object() : kNone;
  const json::Object& right =
      config != nullptr && config->is_object() ? config->as_object() : kNone;
  if (type.map_is_atomic() || (left.empty() && right.empty())) return leaf(live, config);
  json::Object result;
  result.reserve(left.size() + right.size());
  for (const json::Member& member : left) {
    Merged inside =
        merge(type.member(member.name), &member.value, right.find(member.name), depth + 1);
    if (inside) result.append(member.name, std::move(*inside));
  }
  for (const json::Member& member : right) {
    if (left.contains(member.name)) continue;
    Merged inside = merge(type.member(member.name), nullptr, &member.value, depth + 1);
    if (inside) result.append(member.name, std::move(*inside));
  }
  if (result.empty()) return {};
  return json::Value(std::move(result));
}

/// The items of one list by what tells them apart, in order.
struct Indexed {
  std::vector<PathElement> elements{};
  std::map<PathElement, const json::Value*> items{};

  Indexed(const MergeType& type, const json::Array& list) {
    static const json::Value kNull;
    for (const json::Value& item : list) {
      auto element = type.element_of(item);
      if (!element) continue;
      // Of items that repeat no content is merged.
      const auto placed = items.emplace(*element, &item);
      if (!placed.second) placed.first->second = &kNull;
      elements.push_back(std::move(*element));
    }
  }
  const json::Value* find(const PathElement& element) const {
    const auto found = items.find(element);
    return found == items.end() ? nullptr : found->second;
  }
};

/// The order is that of `config`; what only `live` has keeps its place among its neighbours.
class ListMerge {
 public:
  ListMerge(const MergeType& type, const json::Array& live, const json::Array& config, int depth)
      : item_type_(type.item()),
        live_list_(live),
        live_(type, live),
        config_(type, config),
        depth_(depth) {
    for (const PathElement& element : config_.elements) {
      if (live_.find(element) != nullptr) shared_.push_back(&element);
    }
  }

  Merged run() {
    const std::vector<PathElement>& left = live_.elements;
    const std::vector<PathElement>& right = config_.elements;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < left.size() || j < right.size()) {
      if (i < left.size() && j < right.size()) {
        if (left[i] == right[j]) {
          take(right[j]);
          ++i;
          ++j;
          ++next_;
          continue;
        }
        if (config_.find(left[i]) != nullptr && next_ < shared_.size() &&
            !(*shared_[next_] == left[i])) {
          ++i;  // it comes where `config` has it
          continue;
        }
      }
      if (i < left.size()) {
        if (config_.find(left[i]) == nullptr) {
          add(merge(item_type_, &live_list_[i], nullptr, depth_ + 1));
          ++i;
          continue;
        }
        if (taken_.count(left[i]) != 0) ++i;
      }
      if (j < right.size()) {
        const bool was_next = next_ < shared_.size() && *shared_[next_] == right[j];
        take(right[j]);
        ++j;
        if (was_next) ++next_;
      }
    }
    if (result_.empty()) return {};
    return json::Value(std::move(result_));
  }

 private:
  void take(const PathElement& element) {
    taken_.insert(element);
    add(merge(item_type_, live_.find(element), config_.find(element), depth_ + 1));
  }
  void add(Merged item) {
    if (item) result_.push_back(std::move(*item));
  }

  const MergeType item_type_;
  const json::Array& live_list_;
  const Indexed live_;
  const Indexed config_;
  const int depth_;
  std::vector<const PathElement*> shared_;  ///< in the order of `config`
  std::size_t next_ = 0;                    ///< of `shared_`, the one that is waited for
  std::set<PathElement> taken_;
  json::Array result_;
};

Merged merge_lists(const MergeType& type, const json::Value* live, const json::Value* config,
                   int depth) {
  static const json::Array kNone;
  const json::Array& left = live != nullptr && live->is_array() ? live->as_array() : kNone;
  const json::Array& right = config != nullptr && config->is_array() ? config->as_array() : kNone;
  if (type.list_is_atomic() || (left.empty() && right.empty())) return leaf(live, config);
  return ListMerge(type, left, right, depth).run();
}

Merged merge(const MergeType& type, const json::Value* live, const json::Value* config, int depth) {
  if (depth > kMaxMergeDepth) return leaf(live, config);
  const MergeType::Forms forms = type.forms_of(config != nullptr ? config : live);
  if (forms.map) return merge_maps(type, live, config, depth);
  if (forms.scalar) return leaf(live, config);
  return merge_lists(type, live, config, depth);
}

}  // namespace

json::Value merge_structure(const MergeType& type, const json::Value& live,
                            const json::Value& config) {
  Merged merged = merge(type, &live, &config, 0);
  return merged ? std::move(*merged) : json::Value();
}

}  // namespace annex::schema
