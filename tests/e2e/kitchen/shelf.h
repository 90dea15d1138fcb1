// What a test puts on a shelf from outside, and two virtual kinds that show it.
#pragma once

#include <annex/annex.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace kitchen {

/// Shown as `kettles`, which are listed again and again, and as `pots`, which a feed tells of.
struct Vessel {
  annex::meta::ObjectMeta metadata;
  std::int64_t fill = 0;
  friend void describe(annex::schema::Object<Vessel>& vessel);
};

/// Vessels that are changed by requests to `/kitchen/NAME`: PUT with `?n=` and a number, DELETE.
/// Kept in a file, so that they are there after a restart. Any thread.
class Shelf {
 public:
  /// Reads the file, if it is there, and keeps it up to date from then on.
  annex::Result<void> keep_in(const std::string& file);
  /// Describes all of it. Outlives the server.
  void add_to(annex::Server& server);

 private:
  annex::http::Response answer(const annex::http::Request& request);
  annex::Result<std::vector<Vessel>> list() const;
  void save() const;

  mutable std::mutex mutex_;  ///< of all below
  std::string file_;
  std::map<std::string, std::int64_t> fills_;
  annex::ChangeFeed<Vessel> feed_;
};

}  // namespace kitchen
