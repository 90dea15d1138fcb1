#include <algorithm>

#include "testing/store_model.h"

namespace annex::testing {
namespace {

using storage::Entry;

Entry entry_of(const std::string& key, const Model::Version& version) {
  return {key, util::Bytes(version.value), version.create_revision, version.revision};
}

class Checker {
 public:
  Checker(const Model& model, Findings& findings) : model_(model), findings_(findings) {}

  void check(const Record& record) {
    if (record.is_write()) {
      if (record.error) check_refused(record);
    } else if (record.op == Op::kGet && !record.at) {
      check_newest(record);
    } else if (record.op == Op::kGet || record.op == Op::kList || record.op == Op::kWatch) {
      check_at(record);
    } else if (record.op == Op::kCurrent) {
      check_current(record);
    } else if (record.op == Op::kCompact) {
      findings_.hit("compact");
      if (record.error && *record.error != Code::kUnavailable) {
        fail("compact.keeps", record, "refused");
      }
    }
    if (record.error) findings_.error(*record.error);
  }

  void check_writes();

 private:
  void fail(std::string_view property, const Record& record, const std::string& what) {
    findings_.fail(property, record.text() + ": " + what);
  }

  void check_write(const Record& write);
  void check_refused(const Record& record);
  void check_newest(const Record& record);
  void check_at(const Record& record);
  void check_page(const Record& record);
  void check_current(const Record& record);
  /// True if the answer to a question about a past revision is to be looked into.
  bool check_readable(const Record& record);

  const Model& model_;
  Findings& findings_;
};

void Checker::check_writes() {
  // By revision from the newest on: a write that ended before a later one began comes first.
  std::uint64_t earliest_end = ~std::uint64_t{0};
  const auto& writes = model_.writes();
  for (auto it = writes.rbegin(); it != writes.rend(); ++it) {
    if ((*it)->invoked > earliest_end) {
      fail("write.linear", **it,
           "a write that was answered before this one began has a higher revision");
    }
    earliest_end = std::min(earliest_end, (*it)->responded);
  }
  Revision last = 0;
  for (const Record* write : writes) {
    const Revision revision = write->entry->revision;
    if (revision == last || revision == 0) {
      fail("revision.unique", *write, "this revision is not new");
    }
    last = revision;
    check_write(*write);
  }
}

void Checker::check_write(const Record& write) {
  const Entry& answer = *write.entry;
  const Model::Version* previous = model_.before(write.key, answer.revision);
  const Model::Version* made = model_.at(write.key, answer.revision);
  Entry expected = entry_of(write.key, *made);
  if (write.op == Op::kCreate) {
    findings_.hit("create");
    if (previous->present) fail("write.guarded", write, "the key existed");
  } else {
    findings_.hit(write.op == Op::kUpdate ? "update" : "remove");
    if (!previous->present) {
      fail("write.guarded", write, "the key did not exist");
    } else if (previous->revision != write.guard) {
      fail("write.guarded", write, "the key was at revision " + std::to_string(previous->revision));
    }
    if (write.op == Op::kRemove) {
      expected.value = util::Bytes(previous->value);
      expected.create_revision = previous->create_revision;
    }
  }
  if (write.unanswered) return;
  const std::string what = difference(answer, expected).text;
  if (!what.empty()) fail("write.answered", write, what);
}

void Checker::check_refused(const Record& record) {
  if (*record.error == Code::kUnavailable) return;
  for (const Model::Version* version : model_.visible(record.key, record)) {
    bool fits = false;
    const bool same = record.entry && version->present &&
                      difference(*record.entry, entry_of(record.key, *version)).text.empty();
    if (*record.error == Code::kExists) {
      fits = record.op == Op::kCreate && same;
    } else if (*record.error == Code::kConflict) {
      fits = version->present
                 ? record.op != Op::kCreate && version->revision != record.guard && same
                 : record.op == Op::kUpdate && !record.entry;
    } else if (*record.error == Code::kNotFound) {
      fits = record.op == Op::kRemove && !version->present && !record.entry;
    }
    if (fits) return;
  }
  fail("write.refused", record, "the key was never in a state for this answer");
}

void Checker::check_newest(const Record& record) {
  findings_.hit("get");
  if (record.error && *record.error == Code::kUnavailable) return;
  if (record.error && *record.error != Code::kNotFound) {
    return fail("read.newest", record, "unexpected error");
  }
  for (const Model::Version* version : model_.visible(record.key, record)) {
    if (record.error ? !version->present
                     : version->present &&
                           difference(*record.entry, entry_of(record.key, *version)).text.empty()) {
      return;
    }
  }
  fail("read.newest", record, "this was not the newest state at any time during the read");
}

bool Checker::check_readable(const Record& record) {
  if (!record.error || *record.error == Code::kNotFound) {
    if (record.at && *record.at < model_.compacted_before(record.invoked)) {
      fail("compact.too_old", record, "the revision was compacted");
    }
    return true;
  }
  if (*record.error == Code::kUnavailable) return false;
  if (*record.error == Code::kFuture && record.at) {
    if (*record.at <= model_.known_before(record.invoked)) {
      fail("read.future", record, "it had happened");
    }
  } else if (*record.error == Code::kTooOld && record.at) {
    if (*record.at >= model_.compaction_begun_before(record.responded)) {
      fail("history.retained", record, "it was not compacted");
    }
  } else {
    fail("read.exact", record, "unexpected error");
  }
  return false;
}

void Checker::check_at(const Record& record) {
  findings_.hit(record.op == Op::kGet ? "get at" : record.op == Op::kList ? "list" : "watch");
  if (!check_readable(record)) return;
  if (record.op == Op::kList) return check_page(record);
  if (record.op == Op::kWatch) {
    if (record.error) fail("watch.resumable", record, "unexpected error");
    return;
  }
  const Model::Version* version = model_.at(record.key, *record.at);
  if (record.error) {
    if (version->present) fail("read.exact", record, "the key existed at that revision");
  } else if (!version->present) {
    fail("read.exact", record, "the key did not exist at that revision");
  } else if (auto what = difference(*record.entry, entry_of(record.key, *version)).text;
             !what.empty()) {
    fail("read.exact", record, what);
  }
}

void Checker::check_page(const Record& record) {
  if (record.at) findings_.hit("list at");
  if (record.limit != 0) findings_.hit("list limit");
  if (!record.after.empty()) findings_.hit("list after");
  if (record.page.more) findings_.hit("list more");
  if (record.error) return fail("read.exact", record, "unexpected error");
  const Revision at = record.at.value_or(record.page.revision);
  if (!record.at && at < model_.known_before(record.invoked)) {
    fail("read.newest", record, "a later revision was known before the list began");
  }
  for (auto it = model_.writes().rbegin(); it != model_.writes().rend() && record.page.revision > 0;
       ++it) {
    if ((*it)->entry->revision <= at && (*it)->invoked > record.responded) {
      fail("read.newest", record, "a write that began after the list has this or a lower revision");
      break;
    }
  }
  const storage::ListOptions options{at, record.limit, record.after};
  const Difference what = difference(record.page, model_.list(record.key, options), options);
  if (!what.text.empty()) fail(what.property, record, what.text);
}

void Checker::check_current(const Record& record) {
  findings_.hit("current revision");
  if (record.error) {
    if (*record.error != Code::kUnavailable) fail("read.newest", record, "unexpected error");
    return;
  }
  if (record.revision < std::max<Revision>(1, model_.known_before(record.invoked))) {
    fail("read.newest", record, "a later revision was known before");
  }
}

}  // namespace

void check_history(const History& history, const Model& model, Findings& findings) {
  for (const Failure& failure : history.failures) findings.fail(failure.property, failure.text);
  Checker checker(model, findings);
  checker.check_writes();
  for (const Record& record : history.records) checker.check(record);
  for (const auto& watch : history.watches) check_watch(*watch, model, findings);
}

}  // namespace annex::testing
