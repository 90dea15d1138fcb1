#include "annex/registry/item_index.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace annex::registry {
namespace {

constexpr std::size_t kMost = 512;

std::ptrdiff_t to_offset(std::size_t index) { return static_cast<std::ptrdiff_t>(index); }

}  // namespace

void ItemIndex::assign(std::vector<ItemPtr> items) {
  runs_.clear();
  size_ = items.size();
  // Not full, so that what comes between them splits none at once.
  constexpr std::size_t kRun = kMost * 3 / 4;
  for (std::size_t begin = 0; begin < items.size(); begin += kRun) {
    const auto from = std::make_move_iterator(items.begin() + to_offset(begin));
    const std::size_t size = std::min(kRun, items.size() - begin);
    runs_.push_back(std::make_shared<Run>(from, from + to_offset(size)));
  }
}

template <typename IsBefore>
ItemIndex::Place ItemIndex::bound(const IsBefore& is_before) const {
  const auto run = std::partition_point(
      runs_.begin(), runs_.end(),
      [&](const std::shared_ptr<Run>& each) { return is_before(each->back()->key); });
  if (run == runs_.end()) return {runs_.size(), 0};
  const auto item = std::partition_point((*run)->begin(), (*run)->end(),
                                         [&](const ItemPtr& each) { return is_before(each->key); });
  return {static_cast<std::size_t>(run - runs_.begin()),
          static_cast<std::size_t>(item - (*run)->begin())};
}

ItemIndex::Place ItemIndex::begin_of(std::string_view prefix, std::string_view after) const {
  if (after < prefix) return bound([&](std::string_view key) { return key < prefix; });
  return bound([&](std::string_view key) { return key <= after; });
}

ItemIndex::Place ItemIndex::end_of(std::string_view prefix) const {
  return bound([&](std::string_view key) { return key.substr(0, prefix.size()) <= prefix; });
}

std::size_t ItemIndex::count(const Place& from, const Place& to) const {
  if (to.run < from.run || (to.run == from.run && to.offset <= from.offset)) return 0;
  std::size_t count = to.offset;
  for (std::size_t run = from.run; run < to.run; ++run) count += runs_[run]->size();
  return count - from.offset;
}

const ItemPtr* ItemIndex::at(const Place& place, std::string_view key) const {
  if (place.run == runs_.size()) return nullptr;
  const ItemPtr& item = (*runs_[place.run])[place.offset];
  return item->key == key ? &item : nullptr;
}

ItemIndex::Run& ItemIndex::own(std::size_t run) {
  if (runs_[run].use_count() > 1) runs_[run] = std::make_shared<Run>(*runs_[run]);
  return *runs_[run];
}

void ItemIndex::put(ItemPtr item) {
  Place place = begin_of(item->key, {});
  if (at(place, item->key) != nullptr) {
    own(place.run)[place.offset] = std::move(item);
    return;
  }
  ++size_;
  if (place.run == runs_.size()) {
    if (runs_.empty() || runs_.back()->size() == kMost) {
      runs_.push_back(std::make_shared<Run>(1, std::move(item)));
      return;
    }
    place = {runs_.size() - 1, runs_.back()->size()};
  }
  Run& run = own(place.run);
  run.insert(run.begin() + to_offset(place.offset), std::move(item));
  if (run.size() <= kMost) return;
  const auto middle = run.begin() + to_offset(kMost / 2);
  auto upper = std::make_shared<Run>(middle, run.end());
  run.erase(middle, run.end());
  runs_.insert(runs_.begin() + to_offset(place.run + 1), std::move(upper));
}

void ItemIndex::erase(std::string_view key) {
  const Place place = begin_of(key, {});
  if (at(place, key) == nullptr) return;
  --size_;
  Run& run = own(place.run);
  run.erase(run.begin() + to_offset(place.offset));
  if (run.empty()) {
    runs_.erase(runs_.begin() + to_offset(place.run));
    return;
  }
  join(place.run);
  if (place.run > 0) join(place.run - 1);
}

void ItemIndex::join(std::size_t run) {
  if (run + 1 == runs_.size()) return;
  const auto next = runs_.begin() + to_offset(run + 1);
  if (runs_[run]->size() + (*next)->size() > kMost / 2) return;
  Run& joined = own(run);
  joined.insert(joined.end(), (*next)->begin(), (*next)->end());
  runs_.erase(next);
}

ItemPtr ItemIndex::find(std::string_view key) const {
  const ItemPtr* found = at(begin_of(key, {}), key);
  return found != nullptr ? *found : nullptr;
}

std::vector<ItemIndex::Slice> ItemIndex::slices(std::string_view prefix,
                                                std::string_view after) const {
  const Place from = begin_of(prefix, after);
  const Place to = end_of(prefix);
  std::vector<Slice> slices;
  for (std::size_t run = from.run; run < runs_.size() && run <= to.run; ++run) {
    const std::size_t begin = run == from.run ? from.offset : 0;
    const std::size_t end = run == to.run ? to.offset : runs_[run]->size();
    if (begin < end) slices.push_back({runs_[run], begin, end});
  }
  return slices;
}

std::size_t ItemIndex::page(std::string_view prefix, std::string_view after, std::size_t limit,
                            std::vector<ItemPtr>& items) const {
  Place place = begin_of(prefix, after);
  const std::size_t all = count(place, end_of(prefix));
  const std::size_t size = std::min(limit, all);
  for (std::size_t i = 0; i < size; ++i) {
    items.push_back((*runs_[place.run])[place.offset]);
    if (++place.offset == runs_[place.run]->size()) place = {place.run + 1, 0};
  }
  return all - size;
}

void ItemIndex::give_back(std::vector<Slice>& slices) {
  for (Slice& slice : slices) {
    if (slice.run.use_count() > 1) slice.run.reset();
  }
}

}  // namespace annex::registry
