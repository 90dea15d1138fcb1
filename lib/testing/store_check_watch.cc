#include <algorithm>

#include "testing/store_model.h"

namespace annex::testing {
namespace {

using storage::Event;

/// What one watch delivered, held against the changes that it should have.
class WatchChecker {
 public:
  WatchChecker(const WatchLog& watch, const Model& model, Findings& findings)
      : watch_(watch),
        model_(model),
        findings_(findings),
        name_("a watch of " + shown(watch.prefix()) + " after " + std::to_string(watch.after()) +
              ": "),
        expected_(model.events(watch.prefix(), watch.after())),
        seen_(watch.events()) {}

  void check() {
    for (const Failure& failure : watch_.failures()) fail(failure.property, failure.text);
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!check_order(i) || !check_place(i)) break;
      check_fields(seen_[i], expected_[i], i);
    }
    check_progress();
    check_end();
  }

 private:
  void fail(std::string_view property, const std::string& what) {
    findings_.fail(property, name_ + what);
  }
  static std::string number(std::size_t i, const Event& event) {
    return "event " + std::to_string(i) + " of revision " + std::to_string(event.revision);
  }

  bool check_order(std::size_t i) {
    const Event& event = seen_[i];
    const Revision last = i == 0 ? watch_.after() : seen_[i - 1].revision;
    if (event.revision > last) return true;
    if (event.revision <= watch_.after()) {
      fail("watch.never_back", number(i, event) + " is not after its beginning");
    } else if (event.revision < last) {
      fail("watch.ordered", number(i, event) + " follows one of " + std::to_string(last));
    } else if (event.type == seen_[i - 1].type && event.key == seen_[i - 1].key) {
      fail("watch.unique", number(i, event) + " comes twice");
    } else {
      fail("watch.atomic", number(i, event) + " is the second of one change");
    }
    return false;
  }

  /// True if the event has the revision of the change whose turn it is.
  bool check_place(std::size_t i) {
    const Event& event = seen_[i];
    if (i < expected_.size() && event.revision == expected_[i].revision) return true;
    if (i >= expected_.size() || event.revision < expected_[i].revision) {
      fail("watch.truthful", number(i, event) + " is of no change below the prefix");
    } else {
      const Revision missing = expected_[i].revision;
      const bool late = std::any_of(seen_.begin() + static_cast<std::ptrdiff_t>(i), seen_.end(),
                                    [&](const Event& e) { return e.revision == missing; });
      fail(late     ? "watch.ordered"
           : i == 0 ? "watch.resumable"
                    : "watch.reliable",
           "the event of revision " + std::to_string(missing) + " is missing before that of " +
               std::to_string(event.revision));
    }
    return false;
  }

  void check_fields(const Event& event, const Event& right, std::size_t i) {
    const std::string which = number(i, event);
    if (event.type != right.type || event.key != right.key) {
      fail("watch.truthful", which + " is of another type or key than the change");
    } else if (!(event.value == right.value) || !(event.previous == right.previous)) {
      fail("watch.truthful",
           which + " has " + shown(event.value.view()) + " after " + shown(event.previous.view()) +
               ", not " + shown(right.value.view()) + " after " + shown(right.previous.view()));
    } else if (event.create_revision != right.create_revision ||
               event.previous_revision != right.previous_revision) {
      fail("watch.truthful", which + " has a wrong creating or previous revision");
    }
    findings_.hit(event.type == Event::Type::kDelete ? "event delete"
                  : event.is_create()                ? "event create"
                                                     : "event update");
  }

  void check_progress() {
    Revision last = 0;
    for (const auto& [revision, count] : watch_.progress()) {
      findings_.hit("progress");
      if (revision < last) fail("watch.bookmarkable", "progress went back");
      last = revision;
      if (count < expected_.size() && expected_[count].revision <= revision) {
        fail("watch.bookmarkable", "progress to " + std::to_string(revision) +
                                       " was told before the event of " +
                                       std::to_string(expected_[count].revision));
      }
      if (count > 0 && count <= seen_.size() && seen_[count - 1].revision > revision) {
        fail("watch.bookmarkable", "progress to " + std::to_string(revision) +
                                       " was told after the event of " +
                                       std::to_string(seen_[count - 1].revision));
      }
    }
  }

  void check_end() {
    const auto end = watch_.end();
    if (!end || end->code == Code::kUnavailable) return;
    const Revision reached = seen_.empty() ? watch_.after() : seen_.back().revision;
    if (end->code != Code::kTooOld || model_.compacted() <= reached) {
      fail("watch.lasting", "ended by itself: " + code_text(end->code) + " " + end->message);
    }
  }

  const WatchLog& watch_;
  const Model& model_;
  Findings& findings_;
  const std::string name_;
  const std::vector<Event> expected_;
  const std::vector<Event> seen_;
};

}  // namespace

void check_watch(const WatchLog& watch, const Model& model, Findings& findings) {
  WatchChecker(watch, model, findings).check();
}

}  // namespace annex::testing
