// A server to set up: two versions, a cluster-scoped kind and a subresource.
#pragma once

#include <catch2/catch.hpp>

#include "annex/meta/object_meta.h"
#include "annex/server/server.h"
#include "setup/plan.h"

namespace annex::setup::test {

struct OvenSpec {
  std::int32_t degrees = 180;
  friend void describe(schema::Object<OvenSpec>& spec) {
    spec.field<&OvenSpec::degrees>("degrees", "How hot.");
  }
};

struct OvenStatus {
  bool hot = false;
  friend void describe(schema::Object<OvenStatus>& status) {
    status.field<&OvenStatus::hot>("hot", "Whether it is.");
  }
};

struct Oven {
  meta::ObjectMeta metadata;
  OvenSpec spec;
  OvenStatus status;
  friend void describe(schema::Object<Oven>& oven) {
    oven.field<&Oven::metadata>("metadata", "Who it is.");
    oven.field<&Oven::spec>("spec", "What is wanted.");
    oven.field<&Oven::status>("status", "What is.");
  }
};

struct Loaf {
  meta::ObjectMeta metadata;
  OvenSpec spec;
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Who it is.");
    loaf.field<&Loaf::spec>("spec", "How it is baked.");
  }
};

inline StoreKind store_kind(const char* name, const char* file, bool shared) {
  StoreKind kind;
  kind.name = name;
  kind.file = file;
  kind.shared = shared;
  return kind;
}

/// What is set up in the tests; its stores are "disk" (one file), "pool" (shared) and memory.
inline void describe_bakery(Server& server) {
  server.store(store_kind("disk", "store.db", false)).store(store_kind("pool", "", true));
  Group bakery = server.group("bakery.example.com");
  bakery.resource<Oven>("ovens", "Oven").version("v1").status().cluster_scoped();
  bakery.resource<Loaf>("loaves", "Loaf").version("v1").version("v1beta1");
}

inline Plan bakery_plan(PlanOptions options = {}) {
  Server server("bakery");
  describe_bakery(server);
  options.image = "registry.example.com/bakery:1";
  Result<Plan> plan = make_plan(server, options);
  REQUIRE(plan);
  return std::move(*plan);
}

}  // namespace annex::setup::test
