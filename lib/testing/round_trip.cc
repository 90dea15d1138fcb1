#include "annex/testing/round_trip.h"

#include <algorithm>
#include <stdexcept>

#include "annex/json/write.h"
#include "annex/registry/codec.h"
#include "annex/schema/normalize.h"
#include "annex/util/random.h"
#include "testing/random_document.h"

namespace annex::testing {
namespace {

/// The deepest place where two documents differ, as far as objects go.
std::string first_difference(const json::Value& written, const json::Value& read,
                             const std::string& path) {
  if (written.is_object() && read.is_object()) {
    for (const json::Value* side : {&written, &read}) {
      for (const json::Member& member : side->as_object()) {
        const json::Value* a = written.find(member.name);
        const json::Value* b = read.find(member.name);
        if (a != nullptr && b != nullptr && *a == *b) continue;
        const std::string place = path.empty() ? member.name : path + "." + member.name;
        static const json::Value kNothing;
        return first_difference(a == nullptr ? kNothing : *a, b == nullptr ? kNothing : *b, place);
      }
    }
  }
  return path + " was written as " + json::write(written) + " and read as " + json::write(read);
}

/// The way of one document through the store and back. An error is what a client would be told.
Result<json::Value> there_and_back(const registry::Codec& codec, const registry::Version& version,
                                   const json::Value& document) {
  schema::NormalizeReport report;
  auto hub = codec.decode(version, document, report);
  if (!hub) return hub;
  auto item = codec.make_item("default/x", 0, *hub, codec.resource().storage());
  if (!item) return std::move(item).error();
  auto stored = codec.make_item("default/x", 1, (*item)->text);
  if (!stored) return std::move(stored).error();
  auto read = codec.hub(**stored);
  if (!read) return read;
  auto shown = codec.to_version(version, *read);
  if (!shown) return shown;
  shown->as_object().erase("kind");
  shown->as_object().erase("apiVersion");
  return shown;
}

class Check {
 public:
  Check(const registry::Resource& resource, const RoundTripOptions& options, util::Random& random,
        RoundTripResult& result)
      : resource_(resource),
        codec_(resource),
        options_(options),
        random_(random),
        result_(result) {}

  void run() {
    for (const registry::Version& version : resource_.versions) {
      if (version.served) check(version);
    }
  }

 private:
  void check(const registry::Version& version) {
    const std::string name = resource_.plural + " " + version.name;
    RandomDocuments documents(*resource_.types, random_);
    bool lost = false;
    for (std::size_t round = 0; round < options_.rounds && !lost; ++round) {
      json::Value document = documents.make(version.type);
      if (options_.adjust) options_.adjust(resource_.plural, version.name, document);
      schema::NormalizeReport report;
      const Result<void> normal =
          schema::normalize(*resource_.types, version.type, document, report);
      if (!normal) {
        note(name, document, "it does not decode: " + normal.error().message);
        return;
      }
      if (resource_.strategy.default_object) {
        resource_.strategy.default_object(version.name, document);
      }
      ++result_.documents;
      const auto back = there_and_back(codec_, version, document);
      lost = !back || *back != document;
      if (!back) {
        note(name, document, back.error().message);
      } else if (lost) {
        note(name, document, first_difference(document, *back, ""));
      }
    }
    if (lost) return;
    for (const std::string& field : documents.fields(version.type)) {
      if (documents.set().count(field) == 0) result_.untried.push_back(name + " " + field);
    }
  }

  void note(const std::string& name, const json::Value& document, const std::string& what) {
    result_.lost.push_back(name + ": " + what + "\n  of " + json::write(document));
  }

  const registry::Resource& resource_;
  const registry::Codec codec_;
  const RoundTripOptions& options_;
  util::Random& random_;
  RoundTripResult& result_;
};

}  // namespace

std::string RoundTripResult::text() const {
  std::string all = std::to_string(documents) + " documents, seed " + std::to_string(seed) + "\n";
  for (const std::string& each : lost) all += each + "\n";
  for (const std::string& each : untried) all += "never filled in: " + each + "\n";
  return all;
}

RoundTripResult check_round_trips(const Server& server, const RoundTripOptions& options) {
  registry::Registry registry;
  if (const Result<void> filled = server.describe(registry); !filled) {
    throw std::runtime_error(filled.error().message);
  }
  RoundTripResult result;
  util::SystemRandom system;
  result.seed = options.seed.value_or(system.next());
  util::SeededRandom random(result.seed);
  for (const auto& resource : registry.resources()) {
    Check(*resource, options, random, result).run();
  }
  return result;
}

}  // namespace annex::testing
