// Lister: a server's own objects as its watch cache has them, as structs, by index.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annex/schema/describe.h"
#include "annex/server/access.h"

namespace annex {

/// Reads the objects of the resource that has a version of struct `T` from memory: what they were a
/// moment ago. Objects are decoded when they are first asked for and shared by all who ask. A light
/// value, to be had before the server starts, whose copies share their indexes; any thread, hooks
/// and tasks included. Everything is empty while the server does not run, and for a `T` of which
/// there is not exactly one resource.
template <typename T>
class Lister {
 public:
  using ObjectPtr = std::shared_ptr<const T>;  ///< shared by all readers
  using Objects = std::vector<ObjectPtr>;      ///< in the order of their names

  /// See Server::lister.
  explicit Lister(std::shared_ptr<detail::ListerState> state) : state_(std::move(state)) {}

  /// Null if there is none.
  ObjectPtr get(const std::string& name_space, const std::string& name) const {
    return std::static_pointer_cast<const T>(state_->get(name_space, name));
  }
  /// Of a namespace, or of all if that is empty, in the order of their names.
  Objects list(const std::string& name_space = {}, const meta::LabelSelector& selector = {}) const {
    return cast(state_->list(name_space, selector));
  }

  /// From now on objects can be found by the values that `values` gives for them. It is called
  /// under a lock, by readers: it must be quick and ask no lister. Replaces an index of that name.
  Lister& index(const std::string& name,
                std::function<std::vector<std::string>(const T& object)> values) {
    state_->add_index(name, [values = std::move(values)](const void* object) {
      return values(*static_cast<const T*>(object));
    });
    return *this;
  }
  /// The objects for which the index gives `value`; none if there is no such index.
  Objects by_index(const std::string& name, const std::string& value) const {
    return cast(state_->by_index(name, value));
  }

  /// The resourceVersion up to which everything is shown.
  std::uint64_t revision() const { return state_->revision(); }
  /// Waits, at most `limit` on the machine's clock, until everything up to there is shown: a
  /// write's own resourceVersion, say.
  bool wait_for(std::uint64_t revision, util::Duration limit) const {
    return state_->wait_for(revision, limit);
  }

 private:
  static Objects cast(const std::vector<detail::ListerState::Object>& objects) {
    Objects typed;
    typed.reserve(objects.size());
    for (const auto& each : objects) typed.push_back(std::static_pointer_cast<const T>(each));
    return typed;
  }

  std::shared_ptr<detail::ListerState> state_;
};

}  // namespace annex
