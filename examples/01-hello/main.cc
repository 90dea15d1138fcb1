// The smallest useful API server: loaves in a bakery.
#include <annex/annex.h>
#include <annex/sqlite/store.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bakery {

// [types]
struct LoafSpec {
  std::string flour;
  std::int32_t grams = 500;
  std::optional<std::int32_t> slices;
  friend void describe(annex::schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::flour>("flour", "Kind of flour.").required().max_length(63);
    spec.field<&LoafSpec::grams>("grams", "Weight.").defaulted().minimum(1);
    spec.field<&LoafSpec::slices>("slices", "Slices to cut.").minimum(0).maximum(100);
  }
};

struct LoafStatus {
  std::string phase;
  friend void describe(annex::schema::Object<LoafStatus>& status) {
    status.field<&LoafStatus::phase>("phase", "How far the loaf is.");
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata;
  LoafSpec spec;
  LoafStatus status;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.description("A loaf of bread.");
    loaf.field<&Loaf::metadata>("metadata", "Standard object metadata.");
    loaf.field<&Loaf::spec>("spec", "What to bake.").required();
    loaf.field<&Loaf::status>("status", "What has been baked.");
  }
};
// [types]

struct LoafHooks {
  std::vector<annex::Column<Loaf>> columns() const {
    return {
        {"Flour", "string", "Kind of flour.", [](const Loaf& loaf) { return loaf.spec.flour; }}};
  }
};

}  // namespace bakery

// [main]
int main(int argc, char** argv) {
  annex::Server server("bakery");
  server.store(annex::sqlite::store());
  auto group = server.group("bakery.example.com");
  group.resource<bakery::Loaf>("loaves", "Loaf", bakery::LoafHooks{})
      .version("v1")
      .short_name("lf")
      .status();
  return annex::run(server, argc, argv);
}
// [main]
