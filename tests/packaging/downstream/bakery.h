// The user's own types: loaves, which are kept, and ovens, which are as they are.
#pragma once

#include <annex/annex.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace bakery {

struct LoafSpec {
  std::string flour;
  std::int32_t grams = 500;
  friend void describe(annex::schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::flour>("flour", "Kind of flour.").required().max_length(63);
    spec.field<&LoafSpec::grams>("grams", "Weight.").defaulted().minimum(1);
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata;
  LoafSpec spec;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard object metadata.");
    loaf.field<&Loaf::spec>("spec", "What to bake.").required();
  }
};

struct Oven {
  annex::meta::ObjectMeta metadata;
  std::int32_t degrees = 20;
  friend void describe(annex::schema::Object<Oven>& oven) {
    oven.field<&Oven::metadata>("metadata", "Standard object metadata.");
    oven.field<&Oven::degrees>("degrees", "How hot it is.").defaulted();
  }
};

/// What the thermometers say. Any thread.
class Ovens {
 public:
  void measure(const std::string& name, std::int32_t degrees);
  std::vector<Oven> all() const;
  const annex::ChangeFeed<Oven>& feed() const { return feed_; }

 private:
  const annex::ChangeFeed<Oven> feed_{};
  mutable std::mutex mutex_;
  std::map<std::string, std::int32_t> degrees_;
};

/// `ovens` outlives the server.
void describe_server(annex::Server& server, Ovens& ovens);

}  // namespace bakery
