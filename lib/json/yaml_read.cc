#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "json/name_index.h"
#include "json/utf8.h"

namespace annex::json {
namespace {

/// What aliases may add, in values: a small document must not expand into a large one.
constexpr std::size_t kMaxAliasedValues = 100000;
/// yaml-cpp's parser recurses for each level, so its depth is bounded below JSON's.
constexpr std::size_t kMaxYamlDepth = 500;

struct Refused {
  std::string message;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool parse_yaml_integer(std::string_view text, Value& out) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 2 && text[0] == '0') {
    const char kind = static_cast<char>(std::tolower(static_cast<unsigned char>(text[1])));
    if (kind == 'x' || kind == 'o' || kind == 'b') {
      base = kind == 'x' ? 16 : kind == 'o' ? 8 : 2;
      text.remove_prefix(2);
    }
  }
  if (base == 10 && text.size() > 1 && text[0] == '0') base = 8;
  std::string digits(text);
  std::erase(digits, '_');
  std::uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, number, base);
  if (digits.empty() || result.ec != std::errc() || result.ptr != end) return false;
  if (!negative) {
    out = Value(number);
    return true;
  }
  if (number > static_cast<std::uint64_t>(INT64_MAX) + 1) return false;
  out = Value(static_cast<std::int64_t>(0 - number));
  return true;
}

bool parse_yaml_float(std::string_view text, Value& out) {
  const std::size_t digits = text.find_first_not_of("+-");
  if (digits == std::string_view::npos || digits > 1) return false;
  if (text.find_first_not_of("0123456789+-.eE_") != std::string_view::npos) return false;
  if (text.find_first_of("0123456789") == std::string_view::npos) return false;
  std::string clean(text);
  std::erase(clean, '_');
  const char* begin = clean.data() + (clean[0] == '+' ? 1 : 0);
  const char* end = clean.data() + clean.size();
  double number = 0;
  const auto result = std::from_chars(begin, end, number);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(number)) return false;
  out = Value(number);
  return true;
}

/// A plain scalar by the core types of YAML 1.1 that sigs.k8s.io/yaml knows.
Value resolve_plain(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return {};
  if (is_one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})) {
    return true;
  }
  if (is_one_of(text,
                {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"})) {
    return false;
  }
  if (is_one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
                       ".nan", ".NaN", ".NAN"})) {
    throw Refused{"json: unsupported value: " + text};
  }
  const char first = text[0];
  if (std::isdigit(static_cast<unsigned char>(first)) != 0 || first == '+' || first == '-' ||
      first == '.') {
    Value number;
    if (parse_yaml_integer(text, number) || parse_yaml_float(text, number)) return number;
  }
  return Value(text);
}

/// Keys are strings in JSON: other scalars are named as they would be written.
std::string key_text(const Value& key) {
  if (key.is_string()) return key.as_string();
  if (key.is_array() || key.is_object()) throw Refused{"a mapping's key must be a scalar"};
  return write(key);
}

/// The number of values in `root`, itself included; counting ends soon after `limit`.
std::size_t count_values(const Value& root, std::size_t limit) {
  std::size_t count = 0;
  std::vector<const Value*> pending{&root};
  while (!pending.empty()) {
    const Value* value = pending.back();
    pending.pop_back();
    ++count;
    const std::size_t children = value->is_array()    ? value->as_array().size()
                                 : value->is_object() ? value->as_object().size()
                                                      : 0;
    if (count + pending.size() + children > limit) return limit + 1;
    if (value->is_array()) {
      for (const Value& item : value->as_array()) pending.push_back(&item);
    } else if (value->is_object()) {
      for (const Member& member : value->as_object()) pending.push_back(&member.value);
    }
  }
  return count;
}

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const ReadOptions& options) : options_(options) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(Value(), mark, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refused{"an anchor contains itself"};
    aliased_ += found->second.values;
    if (aliased_ > kMaxAliasedValues) throw Refused{"document contains excessive aliasing"};
    add(found->second.value, mark, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    // "!" marks a quoted scalar, "?" a plain one.
    const bool is_text = tag == "!" || tag == "tag:yaml.org,2002:str" ||
                         tag == "tag:yaml.org,2002:binary" || tag == "!!str";
    if (!is_text && text == "<<" && at_key()) {
      frames_.back().merges = frames_.back().has_key = true;
      return;
    }
    add(is_text ? Value(text) : resolve_plain(text), mark, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Value(Array()), mark, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Value(Object()), mark, anchor);
  }
  void OnMapEnd() override { close(); }

  Document take() { return std::move(document_); }

 private:
  struct Frame {
    Value value;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    std::string key{};
    bool has_key = false;
    bool merges = false;  ///< the key is `<<`: the value's members become the map's own
    std::vector<Value> merged{};
    NameIndex names{};
  };

  /// What an anchor stands for. Copying nested anchors again and again costs depth times size, so
  /// all of them together may hold as much as aliases may add; the others stay without a value.
  struct Anchored {
    Value value;
    std::size_t values;
  };

  bool at_key() const {
    return !frames_.empty() && frames_.back().value.is_object() && !frames_.back().has_key;
  }

  void open(Value value, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (frames_.size() >= std::min(options_.max_depth, kMaxYamlDepth)) {
      throw Refused{"exceeded max depth of " +
                    std::to_string(std::min(options_.max_depth, kMaxYamlDepth))};
    }
    frames_.push_back({.value = std::move(value), .mark = mark, .anchor = anchor});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    // The map's own members win, then the first of several merged maps.
    for (Value& source : frame.merged) {
      for (Member& member : source.as_object()) {
        if (frame.names.find(frame.value.as_object(), member.name) != nullptr) continue;
        frame.value.as_object().append(member.name, std::move(member.value));
      }
    }
    add(std::move(frame.value), frame.mark, frame.anchor);
  }

  void add(Value value, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) remember(anchor, value);
    if (frames_.empty()) {
      document_.value = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.value.is_array()) {
      frame.value.as_array().push_back(std::move(value));
    } else if (!frame.has_key) {
      frame.key = key_text(value);
      frame.has_key = true;
      if (frame.names.find(frame.value.as_object(), frame.key) != nullptr) {
        note_duplicate(frame.key, mark);
      }
    } else if (frame.merges) {
      frame.merges = frame.has_key = false;
      merge(std::move(value), frame.merged);
    } else {
      frame.has_key = false;
      Value* known = frame.names.find(frame.value.as_object(), frame.key);
      if (known != nullptr) {
        *known = std::move(value);
      } else {
        frame.value.as_object().append(frame.key, std::move(value));
      }
    }
  }

  void remember(YAML::anchor_t anchor, const Value& value) {
    const std::size_t values = count_values(value, kMaxAliasedValues - anchored_);
    if (values > kMaxAliasedValues - anchored_) {
      anchors_[anchor] = {Value(), kMaxAliasedValues + 1};
      return;
    }
    anchored_ += values;
    anchors_[anchor] = {value, values};
  }

  static void merge(Value value, std::vector<Value>& into) {
    Array sources;
    if (value.is_array()) {
      sources = std::move(value.as_array());
    } else {
      sources.push_back(std::move(value));
    }
    for (Value& source : sources) {
      if (!source.is_object()) {
        throw Refused{"map merge requires map or sequence of maps as the value"};
      }
      into.push_back(std::move(source));
    }
  }

  void note_duplicate(const std::string& key, const YAML::Mark& mark) {
    if (document_.duplicates.size() >= options_.max_duplicates) return;
    document_.duplicates.push_back("line " + std::to_string(mark.line + 1) + ": key " +
                                   quoted(key) + " already set in map");
  }

  const ReadOptions& options_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t anchored_ = 0;
  std::size_t aliased_ = 0;
  Document document_;
};

/// True if brackets alone may nest deeper than `limit`.
bool nests_too_deep(std::string_view text, std::size_t limit) {
  std::size_t depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > limit) return true;
  }
  return false;
}

Error refuse(std::string_view why) {
  return Error::bad_request("error converting YAML to JSON: yaml: " + std::string(why));
}

}  // namespace

Result<Document> read_yaml(std::string_view text, const ReadOptions& options) {
  if (!is_valid_utf8(text)) return refuse("invalid UTF-8");
  // Most documents that programs send as YAML are JSON, which has a faster and deeper reader; only
  // YAML's reader names the lines of duplicates.
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    Result<Document> document = read(text, options);
    if (document && document->duplicates.empty()) return document;
    if (nests_too_deep(text, kMaxYamlDepth)) return document;
  }
  Builder builder(options);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const Refused& refused) {
    return refuse(refused.message);
  } catch (const YAML::Exception& error) {
    return refuse("line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
  return builder.take();
}

}  // namespace annex::json
