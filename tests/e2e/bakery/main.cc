// A server for end-to-end tests: a kind with a status, and a hook that takes as long as it is told.
#include <annex/annex.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace bakery {

struct LoafSpec {
  std::string baker;
  std::int32_t rise_seconds = 0;
  std::int32_t replicas = 0;
  friend void describe(annex::schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::baker>("baker", "Who created it, as the server sees it.");
    spec.field<&LoafSpec::rise_seconds>("riseSeconds", "How long its creation takes.")
        .minimum(0)
        .maximum(60);
    spec.field<&LoafSpec::replicas>("replicas", "How many are wanted.");
  }
};

struct LoafStatus {
  std::string phase;
  std::int32_t replicas = 0;
  friend void describe(annex::schema::Object<LoafStatus>& status) {
    status.field<&LoafStatus::phase>("phase", "How far it is.");
    status.field<&LoafStatus::replicas>("replicas", "How many there are.");
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata;
  LoafSpec spec;
  LoafStatus status;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard object metadata.");
    loaf.field<&Loaf::spec>("spec", "What to bake.").defaulted();
    loaf.field<&Loaf::status>("status", "What is.").defaulted();
  }
};

struct LoafHooks {
  void prepare_create(const annex::HookContext& context, Loaf& loaf) const {
    loaf.spec.baker = context.user.name;
    std::this_thread::sleep_for(std::chrono::seconds(loaf.spec.rise_seconds));
  }
};

}  // namespace bakery

int main(int argc, char** argv) {
  annex::Server server("bakery-apiserver");
  server.group("bakery.example.com")
      .resource<bakery::Loaf>("loaves", "Loaf", bakery::LoafHooks{})
      .version("v1")
      .status()
      .scale({.spec_replicas = "spec.replicas", .status_replicas = "status.replicas"});
  return annex::run(server, argc, argv);
}
