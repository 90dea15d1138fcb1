// The user's unit test: no socket, no certificate, no sleep.
#include <annex/json/value.h>
#include <annex/testing/fixture.h>

#include <chrono>
#include <iostream>

#include "bakery.h"

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "failed: " << what << "\n";
  ++failures;
}

const char* const kLoaves = "/apis/bakery.example.com/v1/namespaces/default/loaves";

annex::json::Value rye() {
  annex::json::Object metadata;
  metadata.set("name", "rye");
  annex::json::Object spec;
  spec.set("flour", "rye");
  annex::json::Object loaf;
  loaf.set("apiVersion", "bakery.example.com/v1");
  loaf.set("kind", "Loaf");
  loaf.set("metadata", std::move(metadata));
  loaf.set("spec", std::move(spec));
  return annex::json::Value(std::move(loaf));
}

}  // namespace

int main() {
  annex::Server server("bakery");
  bakery::describe_server(server);
  annex::testing::Fixture fixture(server);
  const std::string path = std::string(kLoaves) + "/rye";

  expect(fixture.post(kLoaves, rye()).status() == 201, "a loaf is made");
  const annex::json::Value first = fixture.get(path).json();
  expect(first.at_string({"metadata", "name"}) == "rye", "it can be read");

  expect(fixture.put(path, first).status() == 200, "it can be written again as it was read");
  annex::json::Value changed = first;
  changed.as_object().set("spec", annex::json::Object());
  expect(fixture.put(path, changed).status() == 422, "a loaf without flour is refused");

  annex::json::Object heavier;
  heavier.set("flour", "rye");
  heavier.set("grams", 900);
  changed.as_object().set("spec", std::move(heavier));
  expect(fixture.put(path, changed).status() == 200, "a change is stored");
  expect(fixture.put(path, changed).status() == 409, "a change of an old state is a conflict");

  fixture.clock().advance(std::chrono::hours(1));
  expect(fixture.get(path).status() == 200, "time that passes takes nothing away");
  return failures == 0 ? 0 : 1;
}
