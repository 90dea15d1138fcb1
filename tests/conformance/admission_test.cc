// Admission through a whole server: which phase sees what, in which order, and what a refusal says.
#include <catch2/catch.hpp>
#include <mutex>

#include "annex/admission/plugin.h"
#include "annex/annex.h"
#include "annex/testing/fixture.h"

using namespace annex;

namespace {

struct LoafSpec {
  std::string flour{};
  std::int32_t slices = 0;
  friend void describe(schema::Object<LoafSpec>& spec) {
    spec.field<&LoafSpec::flour>("flour", "Kind of flour.").max_length(8);
    spec.field<&LoafSpec::slices>("slices", "Slices to cut.");
  }
};

struct LoafStatus {
  std::int32_t slices = 0;
  friend void describe(schema::Object<LoafStatus>& status) {
    status.field<&LoafStatus::slices>("slices", "Slices cut.");
  }
};

struct Loaf {
  meta::ObjectMeta metadata{};
  LoafSpec spec{};
  LoafStatus status{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard metadata.");
    loaf.field<&Loaf::spec>("spec", "What to bake.").defaulted();
    loaf.field<&Loaf::status>("status", "What is baked.").defaulted();
  }
};

/// What was asked, in order: shared by plugins and hooks.
struct Log {
  std::mutex mutex{};
  std::vector<std::string> lines{};
  void add(std::string line) {
    const std::lock_guard<std::mutex> lock(mutex);
    lines.push_back(std::move(line));
  }
  std::vector<std::string> take() {
    const std::lock_guard<std::mutex> lock(mutex);
    return std::exchange(lines, {});
  }
};

std::string asked(const std::string& who, const admission::HookContext& context) {
  std::string line = who + " " + std::string(registry::operation_text(context.operation)) + " " +
                     context.kind + " " + context.resource + "." + context.group;
  if (!context.subresource.empty()) line += "/" + context.subresource;
  line += " " + context.name_space + "/" + context.name + " by " + context.user.name;
  line += " " + context.options.at_string({"kind"});
  return context.dry_run ? line + " dry" : line;
}

/// Logs what it is asked, writes a label while it may, and refuses what it is told to.
class Witness final : public admission::Plugin {
 public:
  Witness(std::string name, Log& log) : name_(std::move(name)), log_(log) {}
  std::string name() const override { return name_; }
  bool handles(admission::Operation) const override { return true; }

  Result<void> admit(const registry::Resource&, const admission::HookContext& context,
                     json::Value* object, const json::Value* old) const override {
    log_.add(asked(name_, context));
    if (refused == "admit") return admission::forbidden(context, object, "not today");
    if (object != nullptr && old == nullptr) {
      object->as_object()["spec"].as_object().set("flour", name_);
    }
    return {};
  }
  Result<void> validate(const registry::Resource&, const admission::HookContext& context,
                        const json::Value* object, const json::Value*) const override {
    log_.add(asked(name_ + "?", context));
    if (refused == "validate") return admission::forbidden(context, object, "not today");
    if (context.warn) context.warn(name_ + " has looked");
    return {};
  }

  std::string refused{};

 private:
  const std::string name_;
  Log& log_;
};

// [plugin]
/// Whoever is not of the bakery's staff bakes no rye.
class RyeForStaff final : public annex::admission::Plugin {
 public:
  std::string name() const override { return "RyeForStaff"; }
  bool handles(annex::Operation operation) const override {
    return operation == annex::Operation::kCreate || operation == annex::Operation::kUpdate;
  }
  annex::Result<void> validate(const annex::registry::Resource&, const annex::HookContext& context,
                               const annex::json::Value* object,
                               const annex::json::Value*) const override {
    if (context.kind != "Loaf" || object->at_string({"spec", "flour"}) != "rye") return {};
    for (const std::string& group : context.user.groups) {
      if (group == "bakery:staff") return {};
    }
    return annex::admission::forbidden(context, object, "rye is for the staff");
  }
};
// [plugin]

// [hooks]
struct Signed {
  /// Mutating: as soon as the wanted object is known.
  annex::Result<void> admit(const annex::HookContext& context, annex::Operation, Loaf* loaf,
                            const Loaf* old) const {
    if (loaf != nullptr && old == nullptr) loaf->metadata.labels["baker"] = context.user.name;
    return {};
  }
  /// Validating: of what is about to be stored or, without `loaf`, deleted.
  annex::Result<void> validate_admission(const annex::HookContext& context, annex::Operation,
                                         const Loaf* loaf, const Loaf* old) const {
    if (loaf == nullptr && old->metadata.labels.count("kept") != 0) {
      return annex::admission::forbidden(context, nullptr, "it is to be kept");
    }
    return {};
  }
};
// [hooks]

struct LoafHooks {
  Log* log = nullptr;

  Result<void> admit(const HookContext& context, Operation, Loaf* loaf, const Loaf* old) const {
    log->add(asked("hook", context));
    if (loaf != nullptr && old == nullptr) loaf->spec.flour += "+";
    return {};
  }
  Result<void> validate_admission(const HookContext& context, Operation, const Loaf* loaf,
                                  const Loaf*) const {
    log->add(asked("hook?", context));
    if (loaf != nullptr && loaf->spec.slices > 9) {
      return admission::forbidden(context, nullptr, "no more than 9 slices");
    }
    return {};
  }
  void prepare_create(Loaf& loaf) const { log->add("prepare " + loaf.metadata.name); }
};

struct Bakery {
  Log log{};
  std::shared_ptr<Witness> first = std::make_shared<Witness>("First", log);
  std::shared_ptr<Witness> second = std::make_shared<Witness>("Second", log);
  Server server{"bakery"};

  Bakery() {
    server.group("bakery.example.com")
        .resource<Loaf>("loaves", "Loaf", LoafHooks{&log})
        .version("v1")
        .status()
        .scale({"spec.slices", "status.slices", ""});
    server.admission(first).admission(second);
  }
};

constexpr const char* kLoaves = "/apis/bakery.example.com/v1/namespaces/default/loaves";
constexpr const char* kLoaf = "/apis/bakery.example.com/v1/namespaces/default/loaves/x";

json::Value loaf(const std::string& name) {
  return json::Object{{"metadata", json::Object{{"name", name}}}};
}

testing::Reply patch(testing::Fixture& fixture, const std::string& target,
                     const std::string& body) {
  return fixture.send("PATCH", target, body, {{"Content-Type", "application/merge-patch+json"}});
}

using Lines = std::vector<std::string>;

/// A server must have something that tells who calls.
class Nobody final : public auth::Authenticator {
 public:
  Result<std::optional<request::UserInfo>> authenticate(const http::Request&) override {
    return std::optional<request::UserInfo>();
  }
  bool may_block() const override { return false; }
  void remove_credentials(http::Headers&) const override {}
};

}  // namespace

TEST_CASE("a creation is mutated, prepared, then validated; the resource's own hooks come last") {
  Bakery bakery;
  testing::Fixture fixture(bakery.server);
  const auto made = fixture.post(kLoaves, loaf("x"));
  REQUIRE(made.status() == 201);
  CHECK(made.json().at_string({"spec", "flour"}) == "Second+");
  const std::string of = " CREATE Loaf loaves.bakery.example.com default/x by admin CreateOptions";
  CHECK(bakery.log.take() == Lines{"First" + of, "Second" + of, "hook" + of, "prepare x",
                                   "First?" + of, "Second?" + of, "hook?" + of});
  const auto all = made.headers().all("Warning");
  CHECK(all.size() == 2);
}

TEST_CASE("a name that is generated is known to validating admission only") {
  Bakery bakery;
  testing::Fixture fixture(bakery.server);
  json::Value object = json::Object{{"metadata", json::Object{{"generateName", "rye-"}}}};
  const auto made = fixture.post(kLoaves, object);
  REQUIRE(made.status() == 201);
  const std::string name = made.json().at_string({"metadata", "name"});
  const Lines lines = bakery.log.take();
  REQUIRE(lines.size() == 7);
  const std::string end = " by admin CreateOptions";
  CHECK(lines[0] == "First CREATE Loaf loaves.bakery.example.com default/" + end);
  CHECK(lines[6] == "hook? CREATE Loaf loaves.bakery.example.com default/" + name + end);

  bakery.first->refused = "admit";
  CHECK(fixture.post(kLoaves, object).json().at_string({"message"}) ==
        "loaves.bakery.example.com \"rye-\" is forbidden: not today");
}

TEST_CASE("updates, patches, deletions and subresources are admitted, and dry runs say so") {
  Bakery bakery;
  testing::Fixture fixture(bakery.server);
  REQUIRE(fixture.post(kLoaves, loaf("x")).status() == 201);
  bakery.log.take();
  const auto first_line = [&] {
    const Lines lines = bakery.log.take();
    return lines.empty() ? std::string() : lines.front();
  };
  const std::string at = " Loaf loaves.bakery.example.com";

  REQUIRE(patch(fixture, kLoaf, R"({"metadata":{"labels":{"a":"b"}}})").status() == 200);
  CHECK(first_line() == "First UPDATE" + at + " default/x by admin PatchOptions");
  REQUIRE(patch(fixture, std::string(kLoaf) + "?dryRun=All", R"({"spec":{"slices":2}})").status() ==
          200);
  CHECK(first_line() == "First UPDATE" + at + " default/x by admin PatchOptions dry");
  REQUIRE(fixture.put(kLoaf, fixture.get(kLoaf).json()).status() == 200);
  CHECK(first_line() == "First UPDATE" + at + " default/x by admin UpdateOptions");
  REQUIRE(patch(fixture, std::string(kLoaf) + "/status", R"({"status":{"slices":2}})").status() ==
          200);
  CHECK(first_line() == "First UPDATE" + at + "/status default/x by admin PatchOptions");
  CHECK(first_line().empty());
  REQUIRE(patch(fixture, std::string(kLoaf) + "/scale", R"({"spec":{"replicas":2}})").status() ==
          200);
  const std::string scale =
      " UPDATE Scale loaves.bakery.example.com/scale default/x by admin PatchOptions";
  CHECK(bakery.log.take() == Lines{"First" + scale, "Second" + scale, "hook" + scale,
                                   "First?" + scale, "Second?" + scale, "hook?" + scale});
  // The resource's own hook sees the object behind the Scale.
  const auto refused = patch(fixture, std::string(kLoaf) + "/scale", R"({"spec":{"replicas":10}})");
  CHECK(refused.status() == 403);
  CHECK(refused.json().at_string({"message"}) ==
        "loaves.bakery.example.com \"x\" is forbidden: no more than 9 slices");

  REQUIRE(fixture.post(kLoaves, loaf("y")).status() == 201);
  bakery.log.take();
  REQUIRE(fixture.send("DELETE", kLoaf).status() == 200);
  CHECK(first_line() == "First DELETE" + at + " default/x by admin DeleteOptions");
  REQUIRE(fixture.send("DELETE", kLoaves).status() == 200);
  CHECK(first_line() == "First DELETE" + at + " default/y by admin DeleteOptions");
}

TEST_CASE("the first refusal ends the request, in the words of its plugin") {
  Bakery bakery;
  testing::Fixture fixture(bakery.server);
  const std::string phase = GENERATE("admit", "validate");
  bakery.first->refused = phase;
  const auto refused = fixture.post(kLoaves, loaf("x"));
  CHECK(refused.status() == 403);
  CHECK(refused.text() ==
        R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
        R"("loaves.bakery.example.com \"x\" is forbidden: not today","reason":"Forbidden",)"
        R"("details":{"name":"x","group":"bakery.example.com","kind":"loaves"},"code":403})"
        "\n");
  CHECK(bakery.log.take().size() == (phase == "admit" ? 1 : 5));
  CHECK(fixture.get(kLoaf).status() == 404);
}

TEST_CASE("what the schema refuses is not shown to validating admission") {
  Bakery bakery;
  bakery.first->refused = "validate";
  testing::Fixture fixture(bakery.server);
  json::Value wrong = loaf("Not_A_Name");
  CHECK(fixture.post(kLoaves, wrong).status() == 422);
}

TEST_CASE("plugins are switched off by name, and unknown names are an error at the start") {
  util::ManualClock clock;
  util::SeededRandom random(1);
  util::NullLogger logger;
  const auto start = [&](Bakery& bakery, const admission::Switches& switches) {
    ServerOptions options;
    options.listen = false;
    options.mend_interval = {};
    options.store = "memory";
    options.admission = switches;
    options.authenticators.push_back(std::make_shared<Nobody>());
    const Result<void> started = bakery.server.start(options, {clock, random, logger});
    bakery.server.stop();
    return started ? std::string() : started.error().message;
  };
  Bakery bakery;
  CHECK(start(bakery, {{"First"}, {"Second", "MutatingAdmissionWebhook"}}).empty());
  CHECK(start(bakery, {{"Third"}, {}}) == "enable-admission-plugins plugin \"Third\" is unknown");
  CHECK(start(bakery, {{}, {"Third"}}) == "disable-admission-plugins plugin \"Third\" is unknown");
  CHECK(start(bakery, {{"First"}, {"First"}}) ==
        "[First] in enable-admission-plugins and disable-admission-plugins overlapped");
}

TEST_CASE("the plugin and the hooks of the documentation do what they say") {
  Server server("bakery");
  server.group("bakery.example.com").resource<Loaf>("loaves", "Loaf", Signed{}).version("v1");
  server.admission(std::make_shared<RyeForStaff>());
  testing::Fixture fixture(server);
  json::Value rye = loaf("x");
  rye.as_object().set("spec", json::Object{{"flour", "rye"}});
  CHECK(fixture.post(kLoaves, rye).json().at_string({"message"}) ==
        "loaves.bakery.example.com \"x\" is forbidden: rye is for the staff");
  fixture.act_as(request::UserInfo{"ann", "", {"bakery:staff", "system:masters"}, {}});
  const auto made = fixture.post(kLoaves, rye);
  CHECK(made.status() == 201);
  CHECK(made.json().at_string({"metadata", "labels", "baker"}) == "ann");
  REQUIRE(patch(fixture, kLoaf, R"({"metadata":{"labels":{"kept":""}}})").status() == 200);
  CHECK(fixture.send("DELETE", kLoaf).json().at_string({"message"}) ==
        "loaves.bakery.example.com \"x\" is forbidden: it is to be kept");
}
