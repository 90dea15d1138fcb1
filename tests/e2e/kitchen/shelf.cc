#include "shelf.h"

#include <charconv>
#include <fstream>
#include <utility>

namespace kitchen {
namespace {

constexpr const char* kNamespace = "churn";
constexpr std::string_view kPath = "/kitchen/";

Vessel make(const std::string& name, std::int64_t fill) {
  Vessel vessel;
  vessel.metadata.name = name;
  vessel.metadata.name_space = kNamespace;
  vessel.metadata.labels["n"] = std::to_string(fill);
  vessel.fill = fill;
  return vessel;
}

}  // namespace

void describe(annex::schema::Object<Vessel>& vessel) {
  vessel.field<&Vessel::metadata>("metadata", "Standard object metadata.");
  vessel.field<&Vessel::fill>("fill", "How much is in it.").defaulted();
}

annex::Result<void> Shelf::keep_in(const std::string& file) {
  const std::lock_guard lock(mutex_);
  file_ = file;
  std::ifstream in(file);
  std::string name;
  std::int64_t fill = 0;
  while (in >> name >> fill) fills_[name] = fill;
  return {};
}

void Shelf::save() const {
  if (file_.empty()) return;
  std::ofstream out(file_, std::ios::trunc);
  for (const auto& [name, fill] : fills_) out << name << ' ' << fill << '\n';
}

annex::Result<std::vector<Vessel>> Shelf::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Vessel> all;
  for (const auto& [name, fill] : fills_) all.push_back(make(name, fill));
  return all;
}

annex::http::Response Shelf::answer(const annex::http::Request& request) {
  const std::string name = request.target.path.substr(kPath.size());
  // The feed is told while the lock is held: its order is the order of what happened.
  const std::lock_guard lock(mutex_);
  if (request.method == "DELETE") {
    fills_.erase(name);
    save();
    feed_.remove({kNamespace, name});
  } else {
    const std::string_view text = request.target.query.first("n").value_or("0");
    std::int64_t fill = 0;
    std::from_chars(text.data(), text.data() + text.size(), fill);
    fills_[name] = fill;
    save();
    feed_.put(make(name, fill));
  }
  return annex::http::Response::text(200, "text/plain", "ok");
}

void Shelf::add_to(annex::Server& server) {
  annex::Virtual<Vessel> kettles;
  kettles.list = [this] { return list(); };
  kettles.interval = std::chrono::milliseconds(20);
  annex::Virtual<Vessel> pots = kettles;
  pots.feed = feed_;
  auto group = server.group("kitchen.example.com");
  group.virtual_resource<Vessel>("kettles", "Kettle", std::move(kettles)).version("v1");
  group.virtual_resource<Vessel>("pots", "Pot", std::move(pots)).version("v1");
  server.handle(std::string(kPath),
                [this](const annex::request::Context&, const annex::http::Request& request) {
                  return answer(request);
                });
}

}  // namespace kitchen
