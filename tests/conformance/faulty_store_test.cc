// Whatever call of the store fails, before or after it took effect: no write is lost, no event
// comes twice, no resourceVersion goes back.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/testing/faulty_store.h"
#include "annex/testing/fixture.h"
#include "tests/conformance/rest_server.h"

namespace {

using annex::conformance::kFlunders;
using annex::json::Value;
using annex::testing::Faults;
using annex::testing::Fixture;

std::string label_of(const Value& object) { return object.at_string({"metadata", "labels", "is"}); }
std::uint64_t rv(const Value& object) {
  return std::stoull("0" + object.at_string({"metadata", "resourceVersion"}));
}

/// One writer and one watcher of a server whose store fails once.
class Witness {
 public:
  explicit Witness(const std::shared_ptr<Faults>& faults) : faults_(faults) {
    server_.group("wardle.example.com").resource(annex::conformance::make_flunders());
    // [faulty]
    server_.store(annex::testing::faulty_memory_store(faults));
    fixture_.emplace(server_, [](annex::ServerOptions& options) { options.store = "faulty"; });
    // [faulty]
  }

  void begin_watch() { follow_after(list()); }

  /// A write of what is then labelled `wanted`, or, if that is empty, gone.
  void write(const std::string& method, const std::string& name, const std::string& wanted) {
    const std::string before = known_[name];
    const std::string path = method == "POST" ? kFlunders : kFlunders + "/" + name;
    const std::string body =
        method == "POST"
            ? R"({"metadata":{"name":")" + name + R"(","labels":{"is":")" + wanted + "\"}}}"
        : method == "PATCH" ? R"({"metadata":{"labels":{"is":")" + wanted + "\"}}}"
                            : "";
    const std::string type =
        method == "PATCH" ? "application/merge-patch+json" : "application/json";
    const auto answer = fixture_->send(method, path, body, {{"Content-Type", type}});
    INFO(method << " " << name << " -> " << answer.status() << " " << answer.text());
    const bool is_done = answer.status() < 300;
    // Nothing may be told but the store's failure, if there was one, and what follows of it: that
    // an object is not there, or still is.
    const bool is_missing = answer.status() == 404 && method != "POST" && before.empty();
    const bool is_there = answer.status() == 409 && method == "POST" && !before.empty();
    const bool is_failure = answer.status() >= 500 || is_missing || is_there;
    CHECK((is_done || (is_failure && faults_->has_failed())));
    const std::string now = read(name);
    CHECK((now == wanted || (!is_done && now == before)));
    known_[name] = now;
    if (is_done && !wanted.empty()) {
      CHECK(rv(answer.json()) > newest_);
      newest_ = rv(answer.json());
    }
  }

  /// What the watcher saw is what there is, and every change came once and in order.
  void finish() {
    const Value end = list();
    while (state_ != state_of(end)) {
      const Value event = watch_->next_json();
      if (event.is_null()) {
        // Cut with the store's watch: it goes on, or begins anew.
        REQUIRE(watch_->ended());
        follow_after_revision();
        continue;
      }
      if (event.at_string({"type"}) == "ERROR") {
        CHECK(event.at_string({"object", "reason"}) == "Expired");
        follow_after(list());
        continue;
      }
      take(event);
    }
    while (const auto line = watch_->line_if_any()) take(*annex::json::parse(*line));
    CHECK(state_ == state_of(end));
    for (const auto& [name, label] : known_) {
      CHECK((label.empty() ? state_.count(name) == 0 : state_[name] == label));
    }
  }

 private:
  std::string read(const std::string& name) {
    // The one failure may hit a read, too.
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto answer = fixture_->get(kFlunders + "/" + name);
      if (answer.status() == 404) return {};
      if (answer.status() != 200) continue;
      CHECK(rv(answer.json()) >= revisions_[name]);
      revisions_[name] = rv(answer.json());
      return label_of(answer.json());
    }
    FAIL("the object cannot be read");
    return {};
  }

  Value list() {
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto answer = fixture_->get(kFlunders);
      if (answer.status() != 200) continue;
      CHECK(rv(answer.json()) >= listed_);
      listed_ = rv(answer.json());
      return answer.json();
    }
    FAIL("the objects cannot be listed");
    return {};
  }

  static std::map<std::string, std::string> state_of(const Value& list) {
    std::map<std::string, std::string> state;
    for (const Value& item : list.find("items")->as_array()) {
      state[item.at_string({"metadata", "name"})] = label_of(item);
    }
    return state;
  }

  void follow_after(const Value& list) {
    state_ = state_of(list);
    seen_ = rv(list);
    follow_after_revision();
  }

  void follow_after_revision() {
    for (int attempt = 0; attempt < 3; ++attempt) {
      watch_.emplace(
          fixture_->get(kFlunders + "?watch=true&resourceVersion=" + std::to_string(seen_)));
      if (watch_->is_stream()) return;
    }
    FAIL("no watch can be had");
  }

  void take(const Value& event) {
    const Value& object = *event.find("object");
    const std::string name = object.at_string({"metadata", "name"});
    const std::string type = event.at_string({"type"});
    INFO(type << " " << name << " " << rv(object));
    CHECK(rv(object) > seen_);
    CHECK((type == "ADDED") == (state_.count(name) == 0));
    seen_ = rv(object);
    if (type == "DELETED") {
      state_.erase(name);
    } else {
      state_[name] = label_of(object);
    }
  }

  const std::shared_ptr<Faults> faults_;
  annex::Server server_{"faulty"};
  std::optional<Fixture> fixture_;
  std::optional<annex::testing::Reply> watch_;
  std::map<std::string, std::string> known_;  ///< by name: what the writer knows; empty: gone
  std::map<std::string, std::string> state_;  ///< what the watcher knows
  std::map<std::string, std::uint64_t> revisions_;
  std::uint64_t newest_ = 0;
  std::uint64_t listed_ = 0;
  std::uint64_t seen_ = 0;
};

/// How many calls the whole took.
std::size_t play(std::size_t nth, Faults::When when) {
  const auto faults = std::make_shared<Faults>();
  Witness witness(faults);
  faults->fail(nth, when);
  witness.begin_watch();
  witness.write("POST", "a", "1");
  witness.write("POST", "b", "1");
  witness.write("PATCH", "a", "2");
  witness.write("PATCH", "b", "2");
  witness.write("DELETE", "b", "");
  witness.write("POST", "b", "3");
  witness.write("PATCH", "a", "4");
  witness.write("DELETE", "a", "");
  witness.finish();
  return faults->calls();
}

TEST_CASE("No failing call of the store loses a write or doubles an event") {
  const std::size_t calls = play(0, Faults::When::kBefore);
  REQUIRE(calls > 20);
  for (std::size_t nth = 1; nth <= calls; ++nth) {
    for (const Faults::When when : {Faults::When::kBefore, Faults::When::kAfter}) {
      INFO("call " << nth << (when == Faults::When::kBefore ? " before" : " after")
                   << " it took effect");
      play(nth, when);
    }
  }
}

}  // namespace
