// A Kubernetes API that keeps objects, for tests of what is done to them.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "kube/objects.h"
#include "setup/install.h"
#include "tests/auth/surroundings.h"

namespace annex::setup::test {

/// Keeps what is applied under its path; workloads are ready and APIServices available at once,
/// unless told otherwise. Owned by its test; one thread.
class FakeApi {
 public:
  FakeApi() {
    around_.kube->answer(
        [this](const kube::Call& call) { return Result<kube::Answer>(answer(call)); });
  }

  kube::Objects objects() { return {*around_.kube, around_.clock, around_.random, sleep()}; }
  Tools tools(kube::Objects& objects) {
    return {objects, around_.clock, sleep(),
            [this](const std::string& line) { said.push_back(line); }};
  }
  bool has_said(const std::string& text) const {
    return std::any_of(said.begin(), said.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }
  /// The paths that were written, in order.
  std::vector<std::string> written(const std::string& method) const {
    std::vector<std::string> paths;
    for (const kube::Call& call : around_.kube->calls()) {
      const std::string path = call.path.substr(0, call.path.find('?'));
      if (call.method == method && path.find("selfsubject") == std::string::npos) {
        paths.push_back(path);
      }
    }
    return paths;
  }

  std::map<std::string, json::Value> kept{};  ///< by path
  std::set<std::string> denied{};             ///< "create services"
  std::vector<std::string> said{};
  bool aggregates = true;  ///< serves apiregistration.k8s.io
  bool ready = true;       ///< workloads are
  bool available = true;   ///< APIServices are

 private:
  kube::Sleep sleep() {
    return [this](util::TimePoint until) {
      around_.clock.advance(until - around_.clock.now());
      return true;
    };
  }

  kube::Answer answer(const kube::Call& call) {
    const std::string path = call.path.substr(0, call.path.find('?'));
    const bool dry = call.path.find("dryRun=All") != std::string::npos ||
                     call.body.find("dryRun") != std::string::npos;
    if (call.method == "POST") return review(call);
    if (call.method == "PATCH") return apply(path, *json::parse(call.body), dry);
    const auto found = kept.find(path);
    if (call.method == "DELETE") {
      if (found == kept.end()) return {404, {}, {}};
      if (!dry) kept.erase(found);
      return {200, {}, "{}"};
    }
    if (found != kept.end()) return {200, {}, json::write(with_status(found->second))};
    if (path == "/apis/apiregistration.k8s.io/v1") return {aggregates ? 200 : 404, {}, "{}"};
    if (path == "/apis" || path.rfind("/apis/bakery.example.com/", 0) == 0) return {200, {}, "{}"};
    if (path == "/apis/apiregistration.k8s.io/v1/apiservices") return {200, {}, list(path + "/")};
    return {404, {}, {}};
  }

  kube::Answer review(const kube::Call& call) const {
    const auto asked = json::parse(call.body);
    const std::string verb = asked->at_string({"spec", "resourceAttributes", "verb"});
    const std::string resource = asked->at_string({"spec", "resourceAttributes", "resource"});
    const bool allowed = denied.count(verb + " " + resource) == 0;
    return {201, {}, std::string(R"({"status":{"allowed":)") + (allowed ? "true" : "false") + "}}"};
  }

  kube::Answer apply(const std::string& path, json::Value object, bool dry) {
    const auto before = kept.find(path);
    std::string version = std::to_string(++version_);
    if (before != kept.end()) {
      json::Value old = before->second;
      const std::string former = old.at_string({"metadata", "resourceVersion"});
      old.find("metadata")->as_object().erase("resourceVersion");
      if (old == object) version = former;
    }
    object.find("metadata")->as_object().set("resourceVersion", version);
    if (!dry) kept[path] = object;
    return {200, {}, json::write(object)};
  }

  json::Value with_status(json::Value object) const {
    const std::string kind = object.at_string({"kind"});
    if (kind == "StatefulSet" || kind == "Deployment") {
      const int count = ready ? 2 : 0;
      object.as_object().set("status",
                             json::Object{{"readyReplicas", count}, {"updatedReplicas", count}});
    }
    if (kind == "APIService") {
      object.as_object().set(
          "status", json::Object{{"conditions",
                                  json::Array{json::Object{{"type", "Available"},
                                                           {"status", available ? "True" : "False"},
                                                           {"reason", "FailedDiscoveryCheck"},
                                                           {"message", "no route"}}}}});
    }
    return object;
  }

  std::string list(const std::string& below) const {
    json::Array items;
    for (const auto& each : kept) {
      if (each.first.rfind(below, 0) == 0) items.push_back(each.second);
    }
    return json::write(json::Value(json::Object{{"items", std::move(items)}}));
  }

  auth::testing::Surroundings around_{};
  int version_ = 0;
};

}  // namespace annex::setup::test
