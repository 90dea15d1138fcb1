// The program of the README.
// [program]
#include <annex/annex.h>

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
    loaf.field<&Loaf::spec>("spec", "What to bake.").defaulted();
  }
};

int main(int argc, char** argv) {
  annex::Server server("bakery");
  server.group("bakery.example.com").resource<Loaf>("loaves", "Loaf").version("v1");
  return annex::run(server, argc, argv);
}
// [program]
