#include "testing/store_model.h"

#include <algorithm>

namespace annex::testing {

const std::vector<std::string>& suite_keys() {
  static const std::vector<std::string> keys{"a",     "a-",       "a/1", "a/10",      "a/2",
                                             "a/2/x", "a0",       "b/1", "b/\xff",    "B/1",
                                             "c",     "b/\xff/1", "c/1", "b/\xff\xff"};
  return keys;
}

const std::vector<std::string>& suite_prefixes() {
  static const std::vector<std::string> prefixes{"", "a", "a/", "a/2", "b/", "b/\xff", "c/1", "z"};
  return prefixes;
}

std::string code_text(Code code) {
  switch (code) {
    case Code::kNotFound:
      return "NotFound";
    case Code::kExists:
      return "Exists";
    case Code::kConflict:
      return "Conflict";
    case Code::kTooOld:
      return "TooOld";
    case Code::kFuture:
      return "Future";
    case Code::kUnavailable:
      return "Unavailable";
    case Code::kFull:
      return "Full";
    case Code::kCorrupt:
      return "Corrupt";
  }
  return "unknown";
}

std::string shown(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : bytes.substr(0, 40)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      text += c;
    } else {
      text += "\\x";
      text += kHex[byte >> 4U];
      text += kHex[byte & 15U];
    }
  }
  return text + (bytes.size() > 40 ? "...\"" : "\"");
}

std::string Record::text() const {
  static constexpr const char* kNames[] = {"get",     "list",        "create",  "update",
                                           "remove",  "watch",       "unwatch", "current revision",
                                           "compact", "ask progress"};
  std::string text = "client " + std::to_string(client) + ", step " + std::to_string(step) + ": " +
                     kNames[static_cast<std::size_t>(op)];
  if (is_write() || op == Op::kGet || op == Op::kList || op == Op::kWatch) {
    text += " " + shown(key);
  }
  if (guard != 0) text += " guarded by " + std::to_string(guard);
  if (at) text += (op == Op::kWatch ? " after " : " at ") + std::to_string(*at);
  if (limit != 0) text += " limit " + std::to_string(limit);
  if (!after.empty()) text += " after key " + shown(after);
  text += " ->";
  if (error) text += " " + code_text(*error);
  if (entry) {
    text += " " + shown(entry->value.view()) + " of revision " + std::to_string(entry->revision);
  }
  if (op == Op::kList && !error) {
    text +=
        " " + std::to_string(page.entries.size()) + " entries at " + std::to_string(page.revision);
    if (page.more) text += ", " + std::to_string(page.remaining) + " more";
  }
  if (revision != 0) text += " " + std::to_string(revision);
  return text;
}

Model::Model(const std::vector<Record>& records) {
  for (const Record& record : records) {
    Revision known = std::max(record.revision, record.page.revision);
    if (record.entry) known = std::max(known, record.entry->revision);
    if (record.op == Op::kWatch && !record.error) known = std::max(known, *record.at);
    if (known != 0) known_.emplace_back(record.responded, known);
    if (record.is_write() && !record.error) writes_.push_back(&record);
    if (record.op == Op::kCompact) {
      compacting_.emplace_back(record.invoked, *record.at);
      if (!record.error) compacted_.emplace_back(record.responded, *record.at);
    }
  }
  order(known_);
  order(compacted_);
  order(compacting_);
  std::stable_sort(writes_.begin(), writes_.end(), [](const Record* a, const Record* b) {
    return a->entry->revision < b->entry->revision;
  });
  for (const std::string& key : suite_keys()) keys_[key].push_back({});
  for (const Record* write : writes_) {
    auto& versions = keys_[write->key];
    const Version& last = versions.back();
    Version next;
    next.revision = write->entry->revision;
    next.create_revision = last.present ? last.create_revision : next.revision;
    next.present = write->op != Op::kRemove;
    next.value = next.present ? write->value : "";
    next.write = write;
    versions.push_back(std::move(next));
  }
}

const Model::Version* Model::at(const std::string& key, Revision revision) const {
  static const Version kNone;
  const auto found = keys_.find(key);
  if (found == keys_.end()) return &kNone;
  const auto after =
      std::upper_bound(found->second.begin(), found->second.end(), revision,
                       [](Revision r, const Version& version) { return r < version.revision; });
  return &*std::prev(after);
}

const Model::Version* Model::before(const std::string& key, Revision revision) const {
  return revision == 0 ? nullptr : at(key, revision - 1);
}

storage::ListPage Model::list(const std::string& prefix,
                              const storage::ListOptions& options) const {
  storage::ListPage page;
  page.revision = options.at.value_or(0);
  for (const auto& [key, versions] : keys_) {
    if (!has_prefix(key, prefix) || (!options.after.empty() && key <= options.after)) continue;
    const Version* version = at(key, page.revision);
    if (!version->present) continue;
    if (options.limit != 0 && page.entries.size() == options.limit) {
      page.more = true;
      ++page.remaining;
      continue;
    }
    page.entries.push_back(
        {key, util::Bytes(version->value), version->create_revision, version->revision});
  }
  return page;
}

std::vector<storage::Event> Model::events(const std::string& prefix, Revision after) const {
  std::vector<storage::Event> events;
  for (const Record* write : writes_) {
    const Revision revision = write->entry->revision;
    if (revision <= after || !has_prefix(write->key, prefix)) continue;
    const Version* previous = before(write->key, revision);
    storage::Event event;
    event.type =
        write->op == Op::kRemove ? storage::Event::Type::kDelete : storage::Event::Type::kPut;
    event.key = write->key;
    event.value = util::Bytes(write->value);
    event.revision = revision;
    event.create_revision = revision;
    if (previous->present) {
      event.previous = util::Bytes(previous->value);
      event.previous_revision = previous->revision;
      event.create_revision = previous->create_revision;
    }
    events.push_back(std::move(event));
  }
  return events;
}

std::vector<const Model::Version*> Model::visible(const std::string& key,
                                                  const Record& reader) const {
  const Revision known = known_before(reader.invoked);
  std::vector<const Version*> seen;
  const auto& versions = keys_.at(key);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const bool begun =
        versions[i].write == nullptr || versions[i].write->invoked < reader.responded;
    const bool replaced = i + 1 < versions.size() && versions[i + 1].revision <= known;
    if (begun && !replaced) seen.push_back(&versions[i]);
  }
  return seen;
}

Revision Model::known_before(std::uint64_t invoked) const { return up_to(known_, invoked); }

Revision Model::compacted_before(std::uint64_t stamp) const { return up_to(compacted_, stamp); }

Revision Model::compaction_begun_before(std::uint64_t stamp) const {
  return up_to(compacting_, stamp);
}

void Model::order(Timeline& timeline) {
  std::sort(timeline.begin(), timeline.end());
  Revision greatest = 0;
  for (auto& moment : timeline) moment.second = greatest = std::max(greatest, moment.second);
}

Revision Model::up_to(const Timeline& timeline, std::uint64_t stamp) {
  const auto after = std::lower_bound(timeline.begin(), timeline.end(), stamp,
                                      [](const std::pair<std::uint64_t, Revision>& moment,
                                         std::uint64_t s) { return moment.first < s; });
  return after == timeline.begin() ? 0 : std::prev(after)->second;
}

Difference difference(const storage::Entry& seen, const storage::Entry& expected) {
  const auto differ = [](const std::string& what, const std::string& is, const std::string& right) {
    return Difference{"read.exact", "the " + what + " is " + is + ", not " + right};
  };
  if (seen.key != expected.key) return differ("key", shown(seen.key), shown(expected.key));
  if (seen.revision != expected.revision) {
    return differ("revision", std::to_string(seen.revision), std::to_string(expected.revision));
  }
  if (seen.create_revision != expected.create_revision) {
    return differ("creating revision", std::to_string(seen.create_revision),
                  std::to_string(expected.create_revision));
  }
  if (!(seen.value == expected.value)) {
    return differ("value", shown(seen.value.view()), shown(expected.value.view()));
  }
  return {};
}

Difference difference(const storage::ListPage& seen, const storage::ListPage& expected,
                      const storage::ListOptions& options) {
  const std::size_t count = seen.entries.size();
  if (options.limit != 0 && count > options.limit) {
    return {"list.limit", std::to_string(count) + " entries are more than were asked for"};
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& key = seen.entries[i].key;
    if (!options.after.empty() && key <= options.after) {
      return {"list.continue", "entry " + std::to_string(i) + " " + shown(key) + " is not after " +
                                   shown(options.after)};
    }
    if (i > 0 && key <= seen.entries[i - 1].key) {
      return {"list.order", "entry " + std::to_string(i) + " " + shown(key) + " follows " +
                                shown(seen.entries[i - 1].key)};
    }
  }
  for (std::size_t i = 0; i < std::min(count, expected.entries.size()); ++i) {
    Difference what = difference(seen.entries[i], expected.entries[i]);
    if (what.text.empty()) continue;
    what.text = "entry " + std::to_string(i) + ": " + what.text;
    return what;
  }
  if (count != expected.entries.size()) {
    return {"read.exact", "there are " + std::to_string(count) + " entries, not " +
                              std::to_string(expected.entries.size())};
  }
  if (seen.more != expected.more) {
    return {"list.limit", seen.more ? "nothing more follows" : "more follows"};
  }
  if (seen.remaining != expected.remaining) {
    return {"list.remaining", std::to_string(seen.remaining) + " are said to remain, not " +
                                  std::to_string(expected.remaining)};
  }
  if (seen.revision != expected.revision) {
    return {"list.revision", "the page's revision is " + std::to_string(seen.revision) + ", not " +
                                 std::to_string(expected.revision)};
  }
  return {};
}

}  // namespace annex::testing
