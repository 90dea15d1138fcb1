// In-process access: Server::client and Server::lister.
#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/testing/fixture.h"

namespace {

using annex::ListOptions;
using annex::Reason;
using annex::request::UserInfo;
using annex::testing::Fixture;

struct OvenSpec {
  std::int32_t places = 2;
  friend void describe(annex::schema::Object<OvenSpec>& spec) {
    spec.field<&OvenSpec::places>("places", "Loaves that fit.").defaulted().minimum(1);
  }
};

struct OvenStatus {
  std::string phase;
  friend void describe(annex::schema::Object<OvenStatus>& status) {
    status.field<&OvenStatus::phase>("phase", "What it does.");
  }
};

struct Oven {
  annex::meta::ObjectMeta metadata;
  OvenSpec spec;
  OvenStatus status;
  friend void describe(annex::schema::Object<Oven>& oven) {
    oven.field<&Oven::metadata>("metadata", "Standard object metadata.");
    oven.field<&Oven::spec>("spec", "What it is.");
    oven.field<&Oven::status>("status", "How it is.");
  }
};

struct Tray {
  annex::meta::ObjectMeta metadata;
  std::string oven;
  friend void describe(annex::schema::Object<Tray>& tray) {
    tray.field<&Tray::metadata>("metadata", "Standard object metadata.");
    tray.field<&Tray::oven>("oven", "Where it is.");
  }
};

/// A tray goes into an oven that there is.
struct TrayHooks {
  annex::Lister<Oven> ovens;
  std::shared_ptr<std::vector<std::string>> users = std::make_shared<std::vector<std::string>>();
  void validate_create(const annex::HookContext& context, const Tray& tray,
                       annex::FieldErrors& errors) const {
    users->push_back(context.user.name);
    if (tray.oven == "broken") throw std::runtime_error("no heat");
    if (!ovens.get(tray.metadata.name_space, tray.oven)) {
      errors.invalid(annex::FieldPath("oven"), tray.oven, "no such oven");
    }
  }
};

Oven oven(const std::string& name, const std::string& name_space = "default") {
  Oven made;
  made.metadata.name = name;
  made.metadata.name_space = name_space;
  return made;
}

Tray tray(const std::string& name, const std::string& in) {
  Tray made;
  made.metadata.name = name;
  made.metadata.name_space = "default";
  made.oven = in;
  return made;
}

struct Bakery {
  annex::Server server{"bakery"};
  annex::Client<Oven> ovens = server.client<Oven>();
  annex::Client<Tray> trays = server.client<Tray>(UserInfo{"baker", "", {"bakers"}, {}});
  annex::Lister<Oven> oven_lister = server.lister<Oven>();
  annex::Lister<Tray> tray_lister = server.lister<Tray>();
  TrayHooks hooks{oven_lister};

  Bakery() {
    tray_lister.index("oven", [](const Tray& each) { return std::vector{each.oven}; });
    annex::Group group = server.group("bakery.example.com");
    group.resource<Oven>("ovens", "Oven").version("v1").status();
    group.resource<Tray>("trays", "Tray", hooks).version("v1");
  }

  /// Until the lister shows what was written, in hooks too.
  void settle(const annex::meta::ObjectMeta& written) const {
    REQUIRE(oven_lister.wait_for(std::stoull(written.resource_version), std::chrono::seconds(60)));
  }
};

std::vector<std::string> names(const annex::Lister<Tray>::Objects& objects) {
  std::vector<std::string> all;
  for (const auto& each : objects) all.push_back(each->metadata.name);
  return all;
}

TEST_CASE("A client reads and writes structs through the handlers") {
  Bakery bakery;
  Fixture fixture(bakery.server);
  const auto& ovens = bakery.ovens;

  auto made = ovens.create(oven("big"));
  REQUIRE(made);
  CHECK(made->spec.places == 2);
  CHECK(!made->metadata.uid.empty());
  CHECK(made->metadata.generation == 1);
  CHECK(fixture.get("/apis/bakery.example.com/v1/namespaces/default/ovens/big")
            .json()
            .at_string({"metadata", "uid"}) == made->metadata.uid);

  made->spec.places = 4;
  made->status.phase = "not by this way";
  const auto updated = ovens.update(*made);
  REQUIRE(updated);
  CHECK(updated->spec.places == 4);
  CHECK(updated->status.phase.empty());
  CHECK(ovens.update(*made).error().reason == Reason::kConflict);

  auto hot = *updated;
  hot.status.phase = "hot";
  hot.spec.places = 1;
  REQUIRE(ovens.update_status(hot));
  const auto patched = ovens.patch({"default", "big"}, annex::PatchType::kMerge,
                                   *annex::json::parse(R"({"metadata":{"labels":{"a":"b"}}})"));
  REQUIRE(patched);
  CHECK(patched->status.phase == "hot");
  CHECK(patched->spec.places == 4);
  CHECK(patched->metadata.labels.at("a") == "b");

  annex::DeleteOptions other;
  other.uid = "another";
  CHECK(bakery.ovens.remove({"default", "big"}, other).error().reason == Reason::kConflict);
  REQUIRE(bakery.ovens.remove({"default", "big"}));
  const auto gone = ovens.get({"default", "big"});
  REQUIRE(!gone);
  CHECK(gone.error().reason == Reason::kNotFound);
  CHECK(gone.error().message == "ovens.bakery.example.com \"big\" not found");
  CHECK(gone.error().details.name == "big");
}

TEST_CASE("Hooks see who the client is, and their refusals arrive whole") {
  Bakery bakery;
  Fixture fixture(bakery.server);
  const auto refused = bakery.trays.create(tray("one", "none"));
  REQUIRE(!refused);
  CHECK(refused.error().reason == Reason::kInvalid);
  REQUIRE(refused.error().details.causes.size() == 1);
  CHECK(refused.error().details.causes[0].field == "oven");
  const auto made = bakery.ovens.create(oven("big"));
  REQUIRE(made);
  bakery.settle(made->metadata);
  CHECK(bakery.trays.create(tray("one", "big")));
  CHECK(*bakery.hooks.users == std::vector<std::string>{"baker", "baker"});
  const auto broken = bakery.trays.create(tray("two", "broken"));
  REQUIRE(!broken);
  CHECK(broken.error().reason == Reason::kInternalError);
}

TEST_CASE("A client lists by selector and page, also what is large") {
  Bakery bakery;
  Fixture fixture(bakery.server);
  for (const char* name : {"a", "b", "c"}) {
    Oven each = oven(name, std::string(name) == "c" ? "other" : "default");
    each.metadata.labels["is"] = name;
    each.metadata.annotations["much"] = std::string(60000, 'x');
    REQUIRE(bakery.ovens.create(each));
  }
  const auto count = [&](const ListOptions& options) {
    const auto list = bakery.ovens.list(options);
    return list ? static_cast<int>(list->items.size()) : -1;
  };
  CHECK(count({}) == 3);
  ListOptions options;
  options.name_space = "default";
  CHECK(count(options) == 2);
  options.label_selector = "is in (a,c)";
  CHECK(count(options) == 1);
  options = {};
  options.field_selector = "metadata.name=b";
  CHECK(count(options) == 1);
  options.field_selector = "metadata.none=b";
  CHECK(bakery.ovens.list(options).error().reason == Reason::kBadRequest);

  options = {};
  options.limit = 2;
  const auto page = bakery.ovens.list(options);
  REQUIRE(page);
  REQUIRE(page->items.size() == 2);
  options.continue_token = page->continue_token;
  const auto rest = bakery.ovens.list(options);
  REQUIRE(rest);
  REQUIRE(rest->items.size() == 1);
  CHECK(rest->items[0].metadata.name == "c");
  CHECK(rest->resource_version == page->resource_version);
}

TEST_CASE("A client watches until it is told to stop or the server ends") {
  using Type = annex::WatchEvent<Oven>::Type;
  constexpr std::chrono::seconds kLong(60);
  Bakery bakery;
  auto fixture = std::make_unique<Fixture>(bakery.server);
  const auto first = bakery.ovens.create(oven("a"));
  REQUIRE(first);
  annex::WatchOptions options;
  options.resource_version = first->metadata.resource_version;
  auto watch = bakery.ovens.watch(options);
  REQUIRE(watch);
  REQUIRE(bakery.ovens.create(oven("b")));
  REQUIRE(bakery.ovens.remove({"default", "a"}));
  const auto added = watch->next(kLong);
  REQUIRE(added);
  CHECK(added->type == Type::kAdded);
  CHECK(added->object.metadata.name == "b");
  CHECK(added->object.spec.places == 2);
  const auto deleted = watch->next(kLong);
  REQUIRE(deleted);
  CHECK(deleted->type == Type::kDeleted);
  CHECK(deleted->object.metadata.name == "a");
  CHECK(deleted->resource_version == deleted->object.metadata.resource_version);

  CHECK(!watch->next(std::chrono::milliseconds(0)));
  CHECK(!watch->ended());
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  CHECK(!watch->next(kLong, stop.get_token()));
  stopper.join();
  CHECK(!watch->ended());

  options.resource_version = "1";
  annex::WatchOptions future;
  future.label_selector = "no selector )";
  CHECK(bakery.ovens.watch(future).error().reason == Reason::kBadRequest);

  std::thread waiter([&] { CHECK(!watch->next(std::chrono::hours(1))); });
  bakery.server.stop();
  waiter.join();
  CHECK(watch->ended());
  fixture = std::make_unique<Fixture>(bakery.server);
  CHECK(!watch->next(std::chrono::hours(1)));
  CHECK(watch->ended());
}

TEST_CASE("A lister finds by name, namespace, selector and index") {
  Bakery bakery;
  Fixture fixture(bakery.server);
  const auto big = bakery.ovens.create(oven("big"));
  const auto small = bakery.ovens.create(oven("small"));
  REQUIRE((big && small));
  bakery.settle(small->metadata);
  for (const auto& [name, in] : {std::pair{"one", "big"}, {"two", "small"}, {"three", "big"}}) {
    REQUIRE(bakery.trays.create(tray(name, in)));
  }
  auto moved = bakery.trays.get({"default", "one"});
  REQUIRE(moved);
  moved->oven = "small";
  moved->metadata.labels["moved"] = "yes";
  moved = bakery.trays.update(*moved);
  REQUIRE(moved);
  const auto& lister = bakery.tray_lister;
  REQUIRE(lister.wait_for(std::stoull(moved->metadata.resource_version), std::chrono::seconds(60)));
  CHECK(lister.revision() >= std::stoull(moved->metadata.resource_version));

  const auto one = lister.get("default", "one");
  REQUIRE(one);
  CHECK(one->metadata.resource_version == moved->metadata.resource_version);
  CHECK(lister.get("default", "one") == one);
  CHECK(!lister.get("other", "one"));
  CHECK(names(lister.list()) == std::vector<std::string>{"one", "three", "two"});
  CHECK(lister.list("other").empty());
  CHECK(names(lister.list("default", *annex::meta::LabelSelector::parse("moved"))) ==
        std::vector<std::string>{"one"});
  CHECK(names(lister.by_index("oven", "small")) == std::vector<std::string>{"one", "two"});
  CHECK(names(lister.by_index("oven", "big")) == std::vector<std::string>{"three"});
  CHECK(lister.by_index("oven", "none").empty());
  CHECK(lister.by_index("none", "big").empty());

  REQUIRE(bakery.trays.remove({"default", "three"}));
  const auto end = bakery.ovens.create(oven("end"));
  REQUIRE(end);
  REQUIRE(lister.wait_for(std::stoull(end->metadata.resource_version), std::chrono::seconds(60)));
  CHECK(lister.by_index("oven", "big").empty());
  CHECK(one->metadata.name == "one");
}

TEST_CASE("Without a server that runs there is nothing to read or write") {
  auto bakery = std::make_unique<Bakery>();
  CHECK(bakery->ovens.create(oven("a")).error().reason == Reason::kServiceUnavailable);
  CHECK(bakery->oven_lister.list().empty());
  {
    Fixture fixture(bakery->server);
    const auto made = bakery->ovens.create(oven("a"));
    REQUIRE(made);
    bakery->settle(made->metadata);
    CHECK(bakery->oven_lister.list().size() == 1);
  }
  CHECK(bakery->oven_lister.list().empty());
  CHECK(!bakery->oven_lister.wait_for(0, std::chrono::seconds(60)));
  {
    // The store in memory has forgotten.
    Fixture fixture(bakery->server);
    CHECK(bakery->oven_lister.list().empty());
  }
  const annex::Client<Oven> orphan = bakery->ovens;
  const annex::Lister<Oven> left = bakery->oven_lister;
  bakery.reset();
  CHECK(orphan.get({"default", "a"}).error().reason == Reason::kServiceUnavailable);
  CHECK(!left.get("default", "a"));
}

TEST_CASE("A struct of no resource, or of two, is told") {
  annex::Server server("bakery");
  annex::Group group = server.group("bakery.example.com");
  group.resource<Oven>("ovens", "Oven").version("v1");
  group.resource<Oven>("stoves", "Stove").version("v1");
  Fixture fixture(server);
  CHECK(server.client<Tray>().list().error().message ==
        "no resource of this server has a served version of this struct");
  CHECK(server.client<Oven>().list().error().message ==
        "both ovens.bakery.example.com and stoves.bakery.example.com have a version of this "
        "struct");
}

}  // namespace
