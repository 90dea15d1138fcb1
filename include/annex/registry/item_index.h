// ItemIndex: the objects of a resource in the order of their keys.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "annex/registry/item.h"

namespace annex::registry {

/// Keeps items in runs of some hundred, sorted. Slices of them are short work however many items
/// there are, for they share the runs, and a run that is shared is not changed but replaced. Not
/// synchronised: its owner guards it. Slices may be read without the owner's guard, but made and
/// given back only under it.
class ItemIndex {
 public:
  using Run = std::vector<ItemPtr>;  ///< some items that follow one another
  /// A part of a run.
  struct Slice {
    std::shared_ptr<const Run> run{};  ///< null once it is given back
    std::size_t begin{};               ///< of its first item in the run
    std::size_t end{};                 ///< behind its last one
  };

  /// Begins anew. Requires: in bytewise order of keys, none twice.
  void assign(std::vector<ItemPtr> items);
  /// Adds it, or puts it in the place of that of its key.
  void put(ItemPtr item);
  /// Nothing happens if there is none.
  void erase(std::string_view key);
  /// Null if there is none.
  ItemPtr find(std::string_view key) const;
  /// How many items there are.
  std::size_t size() const { return size_; }

  /// Those whose keys begin with `prefix` and are behind the key `after`, in order.
  std::vector<Slice> slices(std::string_view prefix, std::string_view after = {}) const;
  /// Appends the first `limit` of them behind the key `after`; gives how many are behind those.
  std::size_t page(std::string_view prefix, std::string_view after, std::size_t limit,
                   std::vector<ItemPtr>& items) const;
  /// Gives back what `slices` made, but for runs that only the slices have any more: those are
  /// left in them, to be destroyed without the guard.
  static void give_back(std::vector<Slice>& slices);

 private:
  /// Of an item, or of the end: {runs_.size(), 0}.
  struct Place {
    std::size_t run{};
    std::size_t offset{};
  };

  /// The first item that `is_before` does not hold for. Requires: it holds for none behind.
  template <typename IsBefore>
  Place bound(const IsBefore& is_before) const;
  Place begin_of(std::string_view prefix, std::string_view after) const;
  Place end_of(std::string_view prefix) const;
  std::size_t count(const Place& from, const Place& to) const;
  /// Null at the end, or if it has another key.
  const ItemPtr* at(const Place& place, std::string_view key) const;
  /// The run, which only this index has then.
  Run& own(std::size_t run);
  /// Makes one of it and the next, if both together are small.
  void join(std::size_t run);

  std::vector<std::shared_ptr<Run>> runs_;  ///< none is empty
  std::size_t size_ = 0;
};

}  // namespace annex::registry
