// A stored kind whose objects have a log that is followed and a connection that says everything
// back.
#pragma once

#include <annex/annex.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace kitchen {

struct Radio {
  annex::meta::ObjectMeta metadata;
  std::string station;
  friend void describe(annex::schema::Object<Radio>& radio);
};

/// What the radios of all namespaces have said: a POST to `/radio/NAME` adds its body. Any thread.
class Studio {
 public:
  /// Describes `radios` with `log` and `listen`. Outlives the server.
  void add_to(annex::Server& server);

 private:
  annex::http::Response say(const annex::http::Request& request);
  annex::Result<annex::TextPipe> log(const Radio& radio, const annex::LogOptions& options);

  std::mutex mutex_;  ///< of all below
  std::map<std::string, std::string> said_;
  std::multimap<std::string, annex::TextPipe> followers_;
};

}  // namespace kitchen
