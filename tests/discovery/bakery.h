// A registry with a group of two versions, for the tests of its documents.
#pragma once

#include <memory>

#include "annex/discovery/documents.h"
#include "annex/json/read.h"
#include "annex/meta/object_meta.h"
#include "annex/schema/describe.h"
#include "annex/util/manual_clock.h"

namespace bakery {

struct Spec {
  std::string flour{};
  std::int32_t replicas{};
  std::optional<annex::meta::Time> baked{};
  friend void describe(annex::schema::Object<Spec>& spec) {
    spec.field<&Spec::flour>("flour", "Kind of flour.").required();
    spec.field<&Spec::replicas>("replicas", "How many.");
    spec.field<&Spec::baked>("baked", "When.");
  }
};

struct Status {
  std::string phase{};
  std::int32_t replicas{};
  friend void describe(annex::schema::Object<Status>& status) {
    status.field<&Status::phase>("phase", "How far it is.");
    status.field<&Status::replicas>("replicas", "How many there are.");
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata{};
  Spec spec{};
  Status status{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Metadata.").defaulted();
    loaf.field<&Loaf::spec>("spec", "What to bake.");
    loaf.field<&Loaf::status>("status", "What is.");
  }
};

inline annex::registry::Registry make_registry() {
  auto types = std::make_shared<annex::schema::TypeTable>();
  annex::registry::Resource loaves;
  loaves.group = "bakery.example.com";
  loaves.plural = "loaves";
  loaves.singular = "loaf";
  loaves.kind = "Loaf";
  loaves.short_names = {"lf"};
  loaves.categories = {"all"};
  loaves.strategy.status_subresource = true;
  for (const char* version : {"v1", "v1beta1"}) {
    annex::registry::Version made;
    made.name = version;
    made.type = annex::schema::describe_type<Loaf>(
        *types, "com.example.bakery." + std::string(version) + ".Loaf");
    loaves.versions.push_back(made);
  }
  loaves.hub_type = loaves.versions.front().type;
  loaves.types = types;

  annex::registry::Resource ovens = loaves;
  ovens.strategy.scale = {"spec.replicas", "status.replicas", ""};
  ovens.plural = "ovens";
  ovens.singular = "oven";
  ovens.kind = "Oven";
  ovens.scope = annex::registry::Scope::kCluster;
  ovens.short_names.clear();
  ovens.categories.clear();
  ovens.strategy.status_subresource = false;
  ovens.versions.pop_back();
  auto registry = annex::registry::Registry();
  const auto first = registry.add(std::move(loaves));
  const auto second = registry.add(std::move(ovens));
  if (!first || !second) throw std::logic_error("the registry refuses the bakery");
  return registry;
}

inline annex::http::Request get(const std::string& target, annex::http::Headers headers = {}) {
  annex::http::Request request;
  request.method = "GET";
  request.target = *annex::http::parse_target(target);
  request.headers = std::move(headers);
  return request;
}

/// The documents of a registry, and what they answer, refusals included: those come as a response
/// whose body is the error's message.
struct Documents {
  annex::util::ManualClock clock{};
  annex::discovery::Documents documents;

  explicit Documents(const annex::registry::Registry& registry,
                     const annex::discovery::DocumentsOptions& options = {})
      : documents(registry, options, clock) {
    documents.wait();  // The registry may be a temporary.
  }

  bool knows(const std::string& target) const { return documents.answer(get(target)).has_value(); }

  annex::http::Response answer(const annex::http::Request& request) const {
    auto answered = documents.answer(request);
    if (!answered) throw std::logic_error("no document is at " + request.target.path);
    if (*answered) return std::move(**answered);
    const annex::Error& error = answered->error();
    return annex::http::Response::text(annex::util::http_status(error.reason), "", error.message);
  }
  annex::json::Value body(const std::string& target, annex::http::Headers headers = {}) const {
    auto value = annex::json::parse(answer(get(target, std::move(headers))).body_text());
    if (!value) throw std::logic_error(target + ": " + value.error().message);
    return std::move(*value);
  }
};

}  // namespace bakery
