#include "annex/admission/namespace_lifecycle.h"

#include <catch2/catch.hpp>
#include <deque>
#include <functional>

#include "annex/util/manual_clock.h"
#include "tests/recording_logger.h"

using namespace annex;
using admission::HookContext;
using admission::Operation;
using Catch::Contains;

namespace {

/// A Kubernetes API with these namespaces; its watches give what is told and end.
class FakeCluster final : public kube::Client {
 public:
  Result<kube::Answer> call(const kube::Call& call, util::TimePoint) override {
    const util::MutexLock lock(mutex_);
    paths_.push_back(call.path);
    if (stopped_) return Error::unavailable("shutting down");
    if (call.path == "/api/v1/namespaces") return list;
    const std::string name = call.path.substr(sizeof("/api/v1/namespaces/") - 1);
    const auto found = live.find(name);
    if (found != live.end()) return found->second;
    return kube::Answer{404, {}, R"({"kind":"Status","code":404})"};
  }
  Result<kube::Answer> stream(const std::string& path,
                              const std::function<bool(std::string_view)>& on_bytes) override {
    std::string lines;
    {
      const util::MutexLock lock(mutex_);
      paths_.push_back(path);
      if (streams.empty()) return Error::unavailable("connection reset");
      lines = streams.front();
      streams.pop_front();
    }
    const bool more = on_bytes(lines.substr(0, lines.size() / 2));
    if (more) on_bytes(lines.substr(lines.size() / 2));
    return kube::Answer{200, {}, {}};
  }
  void stop() override {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
  }
  bool stopped() const override {
    const util::MutexLock lock(mutex_);
    return stopped_;
  }
  std::vector<std::string> paths() const {
    const util::MutexLock lock(mutex_);
    return paths_;
  }

  // Set before it is asked.
  kube::Answer list{};
  std::map<std::string, kube::Answer> live{};
  std::deque<std::string> streams{};

 private:
  mutable util::Mutex mutex_;
  std::vector<std::string> paths_ ANNEX_GUARDED_BY(mutex_);
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
};

std::string name_space(const std::string& name, const std::string& phase) {
  return R"({"metadata":{"name":")" + name + R"(","resourceVersion":"7"},"status":{"phase":")" +
         phase + "\"}}";
}
std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

struct Lifecycle {
  util::ManualClock clock{};
  util::SeededRandom random{1};
  test::RecordingLogger logger{};
  std::shared_ptr<FakeCluster> cluster = std::make_shared<FakeCluster>();
  admission::Namespaces namespaces{cluster, clock, random, logger};
  registry::Resource resource{};
  admission::PluginPtr plugin =
      admission::make_namespace_lifecycle(namespaces, clock, {{}, {}, {}});

  Lifecycle() {
    cluster->list = {200,
                     {},
                     R"({"metadata":{"resourceVersion":"5"},"items":[)" +
                         name_space("a", "Active") + "," + name_space("t", "Terminating") + "]}"};
  }
  Result<void> create(const std::string& where) {
    HookContext context;
    context.group = "g.io";
    context.resource = "things";
    context.name_space = where;
    context.operation = Operation::kCreate;
    json::Value object = json::Object{{"metadata", json::Object{{"name", "x"}}}};
    return plugin->admit(resource, context, &object, nullptr);
  }
};

}  // namespace

TEST_CASE("only creations are asked about, and those without a namespace are let through") {
  Lifecycle lifecycle;
  CHECK(lifecycle.plugin->name() == "NamespaceLifecycle");
  CHECK(lifecycle.plugin->handles(Operation::kCreate));
  CHECK_FALSE(lifecycle.plugin->handles(Operation::kUpdate));
  CHECK_FALSE(lifecycle.plugin->handles(Operation::kDelete));
  CHECK(lifecycle.create("").has_value());
}

TEST_CASE("before the namespaces have been read nothing is made") {
  Lifecycle lifecycle;
  const auto refused = lifecycle.create("a");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == Reason::kForbidden);
  CHECK(refused.error().message ==
        "things.g.io \"x\" is forbidden: not yet ready to handle request");
}

TEST_CASE("what is being terminated takes nothing new, and says why") {
  Lifecycle lifecycle;
  lifecycle.namespaces.follow();
  CHECK(lifecycle.create("a").has_value());
  const auto refused = lifecycle.create("t");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == Reason::kForbidden);
  CHECK(refused.error().message ==
        "things.g.io \"x\" is forbidden: unable to create new content in namespace t because it is "
        "being terminated");
  REQUIRE(refused.error().details.causes.size() == 1);
  CHECK(refused.error().details.causes[0] == util::Cause{"NamespaceTerminating",
                                                         "namespace t is being terminated",
                                                         "metadata.namespace"});
}

TEST_CASE("what is not known of is asked for") {
  Lifecycle lifecycle;
  lifecycle.namespaces.follow();
  const auto missing = lifecycle.create("none");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().reason == Reason::kNotFound);
  CHECK(missing.error().message == "namespaces \"none\" not found");
  CHECK(missing.error().details.kind == "namespaces");

  lifecycle.cluster->live["fresh"] = {200, {}, name_space("fresh", "Active")};
  CHECK(lifecycle.create("fresh").has_value());
  lifecycle.cluster->live["late"] = {200, {}, name_space("late", "Terminating")};
  CHECK_FALSE(lifecycle.create("late").has_value());
  lifecycle.cluster->live["odd"] = {500, {}, R"({"message":"etcd is away"})"};
  const auto broken = lifecycle.create("odd");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message == "Internal error occurred: etcd is away");
  // A name from a path is not one of a path.
  CHECK_FALSE(lifecycle.create("a/../b").has_value());
  CHECK(lifecycle.cluster->paths().back() == "/api/v1/namespaces/a%2F..%2Fb");
}

TEST_CASE("namespaces are followed by their watch, which goes on where it ended") {
  Lifecycle lifecycle;
  lifecycle.cluster->streams.push_back(
      event("ADDED", name_space("b", "Active")) +
      event("MODIFIED", name_space("a", "Terminating")) +
      event("DELETED", name_space("t", "Terminating")) +
      event("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})"));
  CHECK(lifecycle.namespaces.follow() == std::chrono::seconds(1));
  lifecycle.namespaces.follow();
  CHECK(lifecycle.create("b").has_value());
  CHECK_FALSE(lifecycle.create("a").has_value());
  const auto gone = lifecycle.create("t");
  REQUIRE_FALSE(gone);
  CHECK(gone.error().reason == Reason::kNotFound);
  const auto paths = lifecycle.cluster->paths();
  REQUIRE(paths.size() >= 3);
  CHECK_THAT(paths[1], Contains("resourceVersion=5"));
  CHECK_THAT(paths[2], Contains("resourceVersion=9"));
}

TEST_CASE("an expired watch lists again, and a denied list is told with its remedy") {
  Lifecycle lifecycle;
  lifecycle.cluster->streams.push_back(event("ERROR", R"({"code":410})"));
  lifecycle.namespaces.follow();
  CHECK(lifecycle.cluster->paths().size() == 2);
  lifecycle.namespaces.follow();
  CHECK(lifecycle.cluster->paths()[2] == "/api/v1/namespaces");

  lifecycle.cluster->list = {403, {}, R"({"message":"namespaces is forbidden"})"};
  const util::Duration first = lifecycle.namespaces.follow();
  const util::Duration second = lifecycle.namespaces.follow();
  CHECK(first >= std::chrono::milliseconds(500));
  CHECK(second >= std::chrono::milliseconds(1000));
  CHECK_THAT(lifecycle.logger.lines().back(), Contains("grant this server get, list and watch"));
  CHECK_THAT(lifecycle.logger.lines().back(), Contains("namespaces is forbidden"));
}
