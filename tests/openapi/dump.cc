// Writes the OpenAPI documents of a registry into a folder, for the Go parser's test.
#include <fstream>
#include <iostream>

#include "annex/meta/time.h"
#include "tests/discovery/bakery.h"

namespace {

namespace schema = annex::schema;

enum class Heat { kLow, kHigh };
void describe(schema::Enum<Heat>& heat) {
  heat.value(Heat::kLow, "Low").value(Heat::kHigh, "High");
}

struct Topping {
  std::string name{};
  std::int32_t grams = 5;
  friend void describe(schema::Object<Topping>& topping) {
    topping.field<&Topping::name>("name", "Its name.").required();
    topping.field<&Topping::grams>("grams", "Weight.").defaulted().minimum(1);
  }
};

struct CakeSpec {
  Heat heat = Heat::kLow;
  std::vector<Topping> toppings{};
  std::vector<std::string> tags{};
  std::map<std::string, Topping> named{};
  std::optional<double> price{};
  std::optional<bool> sliced{};
  std::optional<annex::meta::Time> baked{};
  annex::json::Value notes{};
  std::vector<CakeSpec> layers{};
  friend void describe(schema::Object<CakeSpec>& spec) {
    spec.field<&CakeSpec::heat>("heat", "Of the oven.").defaulted();
    spec.field<&CakeSpec::toppings>("toppings", "On top.").list_map("name");
    spec.field<&CakeSpec::tags>("tags", "A set.").list_set();
    spec.field<&CakeSpec::named>("named", "By name.");
    spec.field<&CakeSpec::price>("price", "In coins.").minimum(0.5);
    spec.field<&CakeSpec::sliced>("sliced", "Ready to eat.");
    spec.field<&CakeSpec::baked>("baked", "When.");
    spec.field<&CakeSpec::notes>("notes", "Free-form.");
    spec.field<&CakeSpec::layers>("layers", "Cakes inside.");
  }
};

struct Cake {
  annex::meta::ObjectMeta metadata{};
  CakeSpec spec{};
  friend void describe(schema::Object<Cake>& cake) {
    cake.field<&Cake::metadata>("metadata", "Metadata.");
    cake.field<&Cake::spec>("spec", "What to bake.");
  }
};

bool add_cakes(annex::registry::Registry& registry) {
  auto types = std::make_shared<schema::TypeTable>();
  annex::registry::Resource cakes;
  cakes.group = "cakes.example.com";
  cakes.plural = "cakes";
  cakes.singular = "cake";
  cakes.kind = "Cake";
  annex::registry::Version version;
  version.name = "v1";
  version.type = schema::describe_type<Cake>(*types, "com.example.cakes.v1.Cake");
  cakes.versions = {version};
  cakes.hub_type = version.type;
  cakes.types = types;
  return registry.add(std::move(cakes)).has_value();
}

/// Asks for a document in one form and writes it into a file named after its path.
bool write(const bakery::Documents& documents, const std::string& target, const std::string& accept,
           const std::string& folder, const std::string& suffix) {
  const auto response = documents.answer(bakery::get(target, {{"Accept", accept}}));
  if (response.status != 200) return false;
  std::string name = target.substr(std::string("/openapi/").size());
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  std::ofstream file(folder + "/" + name + suffix, std::ios::binary);
  file << response.body_text();
  return static_cast<bool>(file.flush());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " FOLDER\n";
    return 2;
  }
  annex::registry::Registry registry = bakery::make_registry();
  if (!add_cakes(registry)) return 1;
  const bakery::Documents documents(registry);
  for (const std::string target :
       {"/openapi/v2", "/openapi/v3", "/openapi/v3/apis/bakery.example.com/v1",
        "/openapi/v3/apis/bakery.example.com/v1beta1", "/openapi/v3/apis/cakes.example.com/v1"}) {
    if (!write(documents, target, "application/json", std::string(argv[1]), ".json")) return 1;
    if (target == "/openapi/v3") continue;  // the index has one form
    const std::string version = target.substr(std::string("/openapi/").size(), 2);
    const std::string proto =
        "application/com.github.proto-openapi.spec." + version + "@v1.0+protobuf";
    if (!write(documents, target, proto, std::string(argv[1]), ".pb")) return 1;
  }
  return 0;
}
