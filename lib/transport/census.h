// How many connections there are, in all and from each address.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "annex/util/clock.h"
#include "annex/util/mutex.h"

namespace annex::transport {

/// Counts the connections of a listener and holds them to their limits. Owned by the listener;
/// outlives all its places. Any thread.
class Census {
 public:
  /// One counted connection; gives its place back when it dies. Moved, not copied.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

    explicit operator bool() const { return census_ != nullptr; }

   private:
    friend class Census;
    Place(Census* census, std::string address) : census_(census), address_(std::move(address)) {}

    Census* census_ = nullptr;
    std::string address_;  ///< empty where addresses are not counted
  };

  /// `of_one_address`: 0 for no limit.
  Census(std::size_t in_all, std::size_t of_one_address)
      : in_all_(in_all), of_one_address_(of_one_address) {}

  /// An empty place if one more from there is too many.
  Place admit(const std::string& address);
  std::size_t count() const;
  /// True once no connection is left; false if `until` of that clock has come before.
  bool wait_until_empty(util::Clock& clock, util::TimePoint until);

 private:
  void leave(const std::string& address);

  const std::size_t in_all_;
  const std::size_t of_one_address_;
  mutable util::Mutex mutex_;
  util::CondVar changed_;
  std::size_t count_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::size_t> addresses_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::transport
