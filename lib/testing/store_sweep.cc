#include <thread>

#include "testing/store_model.h"

namespace annex::testing {
namespace {

using storage::Guard;
using storage::Store;

constexpr Revision kFarAhead = 1000000;
constexpr std::size_t kLooksBack = 50;

class Sweep {
 public:
  Sweep(std::unique_ptr<Store> store, const Model& model, const StoreSuiteOptions& options,
        Findings& findings)
      : store_(std::move(store)), model_(model), options_(options), findings_(findings) {}

  void run() {
    auto current = store_->current_revision();
    if (!current) {
      return findings_.fail("read.newest", "no current revision: " + current.error().message);
    }
    newest_ = *current;
    look_back();
    page();
    look_ahead();
    if (options_.reopen) {
      if (!reopen()) return;
      look_back();
    }
    compact();
    if (options_.advance) {
      expire();
      end_values();
    }
    keep_bytes();
    if (options_.reopen) reopen();
  }

 private:
  void look_back() {
    std::vector<Revision> revisions{newest_};
    for (const Record* write : model_.writes()) {
      if (write->entry->revision >= model_.compacted()) revisions.push_back(write->entry->revision);
    }
    const std::size_t stride = revisions.size() / kLooksBack + 1;
    for (std::size_t i = 0; i < revisions.size(); i += stride) {
      same_state(revisions[i], revisions[i] == newest_ ? "write.kept" : "read.exact");
    }
  }

  void page() {
    for (const std::string& prefix : suite_prefixes()) {
      storage::ListOptions options;
      options.at = newest_;
      options.limit = 2;
      for (std::size_t pages = 0; pages <= suite_keys().size(); ++pages) {
        const std::string what = "paging " + shown(prefix) + " after " + shown(options.after);
        auto page = store_->list(prefix, options);
        if (!page) return findings_.fail("list.continue", what + ": " + page.error().message);
        const Difference found = difference(*page, model_.list(prefix, options), options);
        if (!found.text.empty()) findings_.fail(found.property, what + ": " + found.text);
        if (!page->more || page->entries.empty()) break;
        options.after = page->entries.back().key;
      }
    }
  }

  void look_ahead() { nothing_at(newest_ + kFarAhead, Code::kFuture, "read.future"); }

  /// What is there now is there after the store was closed and opened.
  bool reopen() {
    const auto before = store_->list("", {});
    const Revision current = store_->current_revision() ? *store_->current_revision() : 0;
    const std::uint64_t epoch = store_->epoch();
    store_.reset();
    store_ = options_.reopen();
    if (store_ == nullptr) {
      findings_.fail("reopen.kept", "there is no store any more");
      return false;
    }
    findings_.hit("reopen");
    if (store_->epoch() != epoch) findings_.fail("reopen.kept", "the epoch changed");
    const auto again = store_->current_revision();
    if (!again || *again < current) findings_.fail("reopen.kept", "the revision went back");
    const auto after = store_->list("", {});
    if (!before || !after) {
      findings_.fail("reopen.kept", "the state cannot be listed");
      return false;
    }
    storage::ListPage expected = *before;
    expected.revision = after->revision;
    const Difference what = difference(*after, expected, {});
    if (!what.text.empty()) findings_.fail("reopen.kept", what.text);
    return true;
  }

  void compact() {
    if (auto done = store_->compact(newest_); !done) {
      return findings_.fail("compact.keeps",
                            "compact to the newest revision: " + done.error().message);
    }
    findings_.hit("compact");
    same_state(newest_, "compact.keeps");
    if (!model_.writes().empty() && model_.writes().front()->entry->revision < newest_) {
      nothing_at(model_.writes().front()->entry->revision, Code::kTooOld, "compact.too_old");
    }
    WatchLog log(*store_, "", newest_);
    auto watch = store_->watch("", newest_, log);
    if (!watch) {
      findings_.fail("compact.keeps",
                     "watch from the compacted revision on: " + watch.error().message);
    }
  }

  void expire() {
    const auto first = put({"expiry/a", util::Bytes(std::string("1")), Guard::absent(), {}});
    if (!first) return;
    const auto second = put({"expiry/a", util::Bytes(std::string("2")), Guard::at(*first), {}});
    if (!second) return;
    options_.advance(options_.history / 2);
    if (auto old = store_->get("expiry/a", first); !old) {
      findings_.fail("history.retained", "a revision was too old after half of its time");
    }
    newest_ = *second;
    options_.advance(options_.history);
    nothing_at(*first, Code::kTooOld, "history.ends");
    findings_.hit("expiry");
    auto kept = store_->get("expiry/a", std::nullopt);
    if (!kept || kept->value.view() != "2" || kept->revision != *second) {
      findings_.fail("write.kept", "the newest value did not outlive the history");
    }
    if (auto state = store_->list("expiry/", {*second, 0, ""});
        !state || state->entries.size() != 1) {
      findings_.fail("write.kept", "the newest revision did not outlive the history");
    }
  }

  /// Values with a time of their own: one that ends, one that is renewed, one that is freed of it.
  void end_values() {
    constexpr util::Duration kTtl = std::chrono::seconds(30);
    const auto value = [](const char* text) { return util::Bytes(std::string(text)); };
    const auto ends = put({"ttl/ends", value("1"), Guard::absent(), kTtl});
    const auto renewed = put({"ttl/renewed", value("1"), Guard::absent(), kTtl});
    const auto freed = put({"ttl/freed", value("1"), Guard::absent(), kTtl});
    if (!ends || !renewed || !freed) return;
    WatchLog log(*store_, "ttl/", *freed);
    auto watch = store_->watch("ttl/", *freed, log);
    options_.advance(kTtl / 2);
    if (!put({"ttl/renewed", value("2"), Guard::at(*renewed), kTtl})) return;
    const auto last = put({"ttl/freed", value("2"), Guard::at(*freed), {}});
    if (!last) return;
    options_.advance(kTtl / 2 - std::chrono::seconds(1));
    if (!store_->get("ttl/ends", std::nullopt)) {
      findings_.fail("ttl.ends", "a value went before its time was up");
    }
    options_.advance(std::chrono::seconds(3));
    if (!gone("ttl/ends")) findings_.fail("ttl.ends", "a value outlived its time");
    if (!store_->get("ttl/renewed", std::nullopt)) {
      findings_.fail("ttl.renewed", "a value went though it was written anew with a time");
    }
    options_.advance(kTtl);
    if (!gone("ttl/renewed")) findings_.fail("ttl.renewed", "a value outlived its second time");
    if (!store_->get("ttl/freed", std::nullopt)) {
      findings_.fail("ttl.renewed", "a value went though it was written anew without a time");
    }
    findings_.hit("ttl");
    const auto newest = store_->current_revision();
    if (!watch || !newest) return findings_.fail("ttl.ends", "the end of values cannot be watched");
    log.ask_progress(*newest);
    (*watch)->request_progress();
    log.wait_for_progress(options_.wait);
    watch->reset();
    std::size_t deletions = 0;
    for (const storage::Event& event : log.events()) {
      if (event.type == storage::Event::Type::kDelete && !event.previous.empty()) ++deletions;
    }
    if (deletions != 2) {
      findings_.fail("ttl.ends", "two values went with " + std::to_string(deletions) + " events");
    }
  }

  /// A store may take its time to notice, on the machine's clock.
  bool gone(const std::string& key) {
    const auto end = std::chrono::steady_clock::now() + options_.wait;
    while (true) {
      auto entry = store_->get(key, std::nullopt);
      if (!entry) return entry.error().code == Code::kNotFound;
      if (std::chrono::steady_clock::now() > end) return false;
      (void)store_->current_revision();
      std::this_thread::yield();
    }
  }

  /// Values are bytes: with zeros, and as large as an object may be.
  void keep_bytes() {
    std::string value(1U << 20U, 'x');
    value[0] = value[100] = '\0';
    if (!put({"bytes", util::Bytes(value), Guard::absent(), {}})) return;
    auto back = store_->get("bytes", std::nullopt);
    if (!back || back->value.view() != value) {
      findings_.fail("value.bytes", "1 MiB with zeros did not come back");
    }
    findings_.hit("large value");
  }

  void same_state(Revision revision, std::string_view property) {
    storage::ListOptions options;
    options.at = revision;
    const std::string at = " at " + std::to_string(revision) + ": ";
    auto page = store_->list("", options);
    if (!page) return findings_.fail(property, "list" + at + page.error().message);
    const Difference what = difference(*page, model_.list("", options), options);
    if (!what.text.empty()) findings_.fail(property, "list" + at + what.text);
    for (const std::string& key : suite_keys()) {
      const Model::Version* version = model_.at(key, revision);
      auto entry = store_->get(key, revision);
      if (entry.has_value() != version->present) {
        findings_.fail(property, "get of " + shown(key) + at +
                                     (version->present ? "not there" : "it is there"));
      } else if (version->present &&
                 (entry->value.view() != version->value || entry->revision != version->revision)) {
        findings_.fail(property, "get of " + shown(key) + at + "another value");
      }
    }
  }

  void nothing_at(Revision revision, Code code, std::string_view property) {
    const std::string what = " at " + std::to_string(revision) + " should fail with " +
                             code_text(code) + " (the newest is " + std::to_string(newest_) + ")";
    auto entry = store_->get("a", revision);
    if (entry || entry.error().code != code) findings_.fail(property, "get" + what);
    auto page = store_->list("", {revision, 0, ""});
    if (page || page.error().code != code) findings_.fail(property, "list" + what);
    WatchLog log(*store_, "", revision);
    auto watch = store_->watch("", revision, log);
    if (watch || watch.error().code != code) findings_.fail(property, "watch" + what);
    if (code == Code::kFuture) {
      auto done = store_->compact(revision);
      if (done || done.error().code != code) findings_.fail(property, "compact" + what);
    }
    findings_.error(code);
  }

  std::optional<Revision> put(storage::Commit commit) {
    const std::string key = commit.key;
    auto answer = commit_and_wait(*store_, std::move(commit), options_.wait,
                                  std::make_shared<std::atomic<int>>(0));
    if (answer && *answer) return (*answer)->revision;
    findings_.fail("write.answered",
                   "put of " + key + ": " + (answer ? answer->error().message : "no answer"));
    return std::nullopt;
  }

  std::unique_ptr<Store> store_;
  const Model& model_;
  const StoreSuiteOptions& options_;
  Findings& findings_;
  Revision newest_ = 0;
};

}  // namespace

void sweep(std::unique_ptr<Store> store, const Model& model, const StoreSuiteOptions& options,
           Findings& findings) {
  Sweep(std::move(store), model, options, findings).run();
}

}  // namespace annex::testing
