#include <array>

#include "annex/json/write.h"
#include "annex/registry/item.h"
#include "util/concat.h"

namespace annex::registry {
namespace {

/// Walks over compact JSON that annex wrote itself; only finds where values end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// The raw content of a string, escapes and all.
  std::string_view string() {
    if (!take('"')) return {};
    const std::size_t begin = at_;
    // Most strings have no escapes: where the next quotation mark is, there they end.
    at_ = std::min(text_.find('"', at_), text_.size());
    if (text_.substr(begin, at_ - begin).find('\\') != std::string_view::npos) {
      at_ = begin;
      while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    }
    const std::string_view content = text_.substr(begin, std::min(at_, text_.size()) - begin);
    ++at_;
    return content;
  }
  void skip_value() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return;
        --depth;
        ++at_;
      } else if (c == ',' && depth == 0) {
        return;
      } else {
        ++at_;
        continue;
      }
      if (depth == 0) return;
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// Room for most objects' text: text that grows is copied each time.
constexpr std::size_t kFirstBytes = 1000;

std::uint32_t offset(std::size_t at) { return static_cast<std::uint32_t>(at); }

void write_member(const json::Member& member, std::string& text) {
  json::write_string_to(member.name, text);
  text += ':';
  json::write_to(member.value, text);
}

/// The members of metadata that stand before resourceVersion.
bool comes_first(std::string_view name) {
  for (const std::string_view first : {"name", "generateName", "namespace", "selfLink", "uid"}) {
    if (name == first) return true;
  }
  return false;
}

}  // namespace

FrameCuts find_frame(std::string_view object) {
  Scanner scan(object);
  if (!scan.take('{') || scan.string() != "kind" || !scan.take(':')) return {};
  scan.skip_value();
  if (!scan.take(',') || scan.string() != "apiVersion" || !scan.take(':')) return {};
  scan.skip_value();
  if (!scan.take(',')) return {};
  const std::size_t metadata = scan.at();
  if (scan.string() != "metadata" || !scan.take(':') || !scan.take('{')) return {};
  std::size_t split = scan.at();
  bool leading = true;
  while (!scan.take('}')) {
    if (scan.at() >= object.size()) return {};
    scan.take(',');
    leading = leading && comes_first(scan.string());
    scan.take(':');
    scan.skip_value();
    if (leading) split = scan.at();
  }
  return {offset(metadata), offset(split), offset(scan.at())};
}

FramedText write_framed(std::string_view kind, std::string_view api_version,
                        const json::Value& document) {
  FramedText framed;
  std::string text;
  text.reserve(kFirstBytes);
  text += "{\"kind\":";
  json::write_string_to(kind, text);
  text += ",\"apiVersion\":";
  json::write_string_to(api_version, text);
  text += ',';
  framed.cuts.head = offset(text.size());
  text += "\"metadata\":{";
  framed.cuts.meta_before = offset(text.size());
  bool leading = true;
  for (const json::Member& member : document.find("metadata")->as_object()) {
    if (text.back() != '{') text += ',';
    write_member(member, text);
    leading = leading && comes_first(member.name);
    if (leading) framed.cuts.meta_before = offset(text.size());
  }
  text += '}';
  framed.cuts.meta_after = offset(text.size());
  for (const json::Member& member : document.as_object()) {
    if (member.name == "metadata") continue;
    text += ',';
    write_member(member, text);
  }
  text += '}';
  framed.text = util::Bytes(std::move(text));
  return framed;
}

Frame FramedText::frame() const {
  if (cuts == FrameCuts()) return {};
  return {text.slice(1, cuts.head - 1), text.slice(cuts.head, cuts.meta_before - cuts.head),
          text.slice(cuts.meta_before, cuts.meta_after - cuts.meta_before),
          text.slice(cuts.meta_after)};
}

Frame Item::frame() const { return FramedText{text, cuts}.frame(); }

void Frame::append_object(storage::Revision revision, bool with_head, util::Chunks& out) const {
  static const util::Bytes kOpen = util::Bytes::literal("{");
  out.append(kOpen);
  if (with_head) out.append(head);
  out.append(meta_before);
  if (revision != 0) {
    const bool first = meta_before.view().back() == '{';
    const bool last = meta_after.view().front() == ',' || meta_after.view().front() == '}';
    out.append(util::concat({first ? "" : ",", "\"resourceVersion\":\"", std::to_string(revision),
                             last ? "\"" : "\","}));
  }
  out.append(meta_after);
  out.append(rest);
}

void Frame::append_partial(storage::Revision revision, const std::string& api_version,
                           util::Chunks& out) const {
  static const util::Bytes kClose = util::Bytes::literal("}");
  Frame partial = *this;
  partial.head =
      util::Bytes("\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"" + api_version + "\",");
  partial.rest = kClose;
  partial.append_object(revision, true, out);
}

}  // namespace annex::registry
