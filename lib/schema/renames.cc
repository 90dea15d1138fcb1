#include "annex/schema/renames.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace annex::schema {
namespace {

using Path = std::vector<std::string>;
using Paths = std::vector<std::pair<Path, Path>>;

Path split(const std::string& text) {
  Path names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

std::string join(const Path& path) {
  std::string text;
  for (const std::string& name : path) text += (text.empty() ? "" : ".") + name;
  return text;
}

json::Value take(json::Value& document, const Path& path) {
  json::Value* place = &document;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    place = place->find(path[i]);
    if (place == nullptr) return {};
  }
  json::Value* found = place->find(path.back());
  if (found == nullptr) return {};
  json::Value value = std::move(*found);
  place->as_object().erase(path.back());
  return value;
}

void put(json::Value& document, const Path& path, json::Value value) {
  json::Value* place = &document;
  for (const std::string& name : path) {
    if (!place->is_object()) *place = json::Object();
    place = &place->as_object()[name];
  }
  *place = std::move(value);
}

/// All are taken before any is put: names may be exchanged.
void move_members(json::Value& document, const Paths& paths) {
  std::vector<json::Value> values;
  values.reserve(paths.size());
  for (const auto& [from, to] : paths) values.push_back(take(document, from));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!values[i].is_null()) put(document, paths[i].second, std::move(values[i]));
  }
}

/// Follows both forms at once and notes what does not agree.
class Comparison {
 public:
  Comparison(const TypeTable& table, Paths moves) : table_(table), moves_(std::move(moves)) {}

  void compare(TypeId version, TypeId hub) {
    for (const auto& [from, to] : moves_) {
      const Property* source = find(version, from);
      const Property* target = find(hub, to);
      if (source == nullptr) note(from, "cannot be renamed: the version has no such member");
      if (target == nullptr) note(to, "cannot be a new name: the hub form has no such member");
      if (source != nullptr && target != nullptr) pair(*source, *target, from);
    }
    objects(version, hub, {}, {});
  }
  std::vector<std::string> problems() && { return std::move(problems_); }

 private:
  void note(const Path& path, const std::string& why) {
    problems_.push_back(join(path) + " " + why);
  }

  /// The property at the end of a path through objects that are always there.
  const Property* find(TypeId root, const Path& path) {
    TypeId type = root;
    for (std::size_t i = 0;; ++i) {
      if (table_.at(type).kind != Kind::kObject) return nullptr;
      const Property* property = table_.at(type).find(path[i]);
      if (property == nullptr || i + 1 == path.size()) return property;
      if (!property->default_value && !property->initial && !property->required) {
        note(path, "cannot be moved without code: " +
                       join(Path(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i) + 1)) +
                       " may be absent");
      }
      type = property->type;
    }
  }

  bool is_moved(const Path& path, bool of_version) const {
    return std::any_of(moves_.begin(), moves_.end(), [&](const auto& move) {
      return (of_version ? move.first : move.second) == path;
    });
  }
  /// Some rename is about something below.
  bool is_torn(const Path& version, const Path& hub) const {
    const auto below = [](const Path& path, const Path& top) {
      return path.size() > top.size() && std::equal(top.begin(), top.end(), path.begin());
    };
    return std::any_of(moves_.begin(), moves_.end(), [&](const auto& move) {
      return below(move.first, version) || below(move.second, hub);
    });
  }

  void objects(TypeId version, TypeId hub, const Path& here, const Path& there) {
    const auto extended = [](Path path, const std::string& name) {
      path.push_back(name);
      return path;
    };
    for (const Property& property : table_.at(version).properties) {
      const Path path = extended(here, property.name);
      if (is_moved(path, true)) continue;
      const Property* other = table_.at(hub).find(property.name);
      if (other == nullptr || is_moved(extended(there, property.name), false)) {
        note(path, "is not in the hub form: rename it, or convert in code");
      } else {
        pair(property, *other, path);
      }
    }
    for (const Property& property : table_.at(hub).properties) {
      const Path path = extended(there, property.name);
      if (is_moved(path, false)) continue;
      if (table_.at(version).find(property.name) == nullptr) {
        note(path, "of the hub form is not in the version: rename it, or convert in code");
      }
    }
  }

  static std::optional<json::Value> absent_means(const Property& property) {
    return property.default_value ? property.default_value : property.initial;
  }

  void pair(const Property& version, const Property& hub, const Path& path) {
    const Type& a = table_.at(version.type);
    const Type& b = table_.at(hub.type);
    const bool objects = a.kind == Kind::kObject && b.kind == Kind::kObject;
    // Of objects that are always there the members tell.
    const bool meant = version.default_value && hub.default_value;
    if (!objects && !meant && absent_means(version) != absent_means(hub)) {
      note(path, "means something else in the hub form where it is absent: convert in code");
    }
    types(version.type, hub.type, path);
  }

  void types(TypeId version, TypeId hub, const Path& path) {
    if (version == hub) return;
    const Type& a = table_.at(version);
    const Type& b = table_.at(hub);
    if (a.kind != b.kind || a.format != b.format || a.enum_values != b.enum_values) {
      note(path, "is of another type in the hub form: convert in code");
    } else if (a.kind == Kind::kMap || a.kind == Kind::kList) {
      types(a.element, b.element, path);
    } else if (a.kind == Kind::kObject) {
      // Types that hold themselves end here.
      if (!is_torn(path, path) && !seen_.emplace(version, hub).second) return;
      objects(version, hub, path, path);
    }
  }

  const TypeTable& table_;
  const Paths moves_;
  std::set<std::pair<TypeId, TypeId>> seen_;
  std::vector<std::string> problems_;
};

Paths paths_of(const std::vector<Rename>& renames, bool to_hub) {
  Paths paths;
  for (const Rename& rename : renames) {
    Path version = split(rename.version);
    Path hub = split(rename.hub);
    if (!to_hub) std::swap(version, hub);
    paths.emplace_back(std::move(version), std::move(hub));
  }
  return paths;
}

}  // namespace

std::vector<std::string> Renames::problems(const TypeTable& table, TypeId version,
                                           TypeId hub) const {
  Comparison comparison(table, paths_of(renames_, true));
  comparison.compare(version, hub);
  return std::move(comparison).problems();
}

void Renames::to_hub(json::Value& document) const {
  move_members(document, paths_of(renames_, true));
}

void Renames::from_hub(json::Value& document) const {
  move_members(document, paths_of(renames_, false));
}

}  // namespace annex::schema
