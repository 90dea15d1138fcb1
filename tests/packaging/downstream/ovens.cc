#include "bakery.h"

namespace bakery {
namespace {

Oven make_oven(const std::string& name, std::int32_t degrees) {
  Oven oven;
  oven.metadata.name = name;
  oven.degrees = degrees;
  return oven;
}

}  // namespace

// [feed]
void Ovens::measure(const std::string& name, std::int32_t degrees) {
  {
    const std::lock_guard lock(mutex_);
    degrees_[name] = degrees;
  }
  feed_.put(make_oven(name, degrees));
}
// [feed]

std::vector<Oven> Ovens::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Oven> ovens;
  for (const auto& [name, degrees] : degrees_) ovens.push_back(make_oven(name, degrees));
  return ovens;
}

void describe_server(annex::Server& server, Ovens& ovens) {
  annex::Group group = server.group("bakery.example.com");
  group.resource<Loaf>("loaves", "Loaf").version("v1");
  // [fed]
  annex::Virtual<Oven> measured;
  measured.list = [&ovens]() -> annex::Result<std::vector<Oven>> { return ovens.all(); };
  measured.feed = ovens.feed();
  group.virtual_resource<Oven>("ovens", "Oven", measured).version("v1").cluster_scoped();
  // [fed]
}

}  // namespace bakery
