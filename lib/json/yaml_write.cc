#include <algorithm>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace annex::json {
namespace {

/// Lines of words are broken after the word that passes this column, as Go's writer does.
constexpr std::size_t kColumns = 80;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "2001-01-01" and what follows: a time to some readers, though not to ours.
bool looks_like_time(const std::string& text) {
  constexpr std::string_view kShape = "0000-00-00";
  if (text.size() < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != '-') return false;
  }
  return text.size() == kShape.size() || text[kShape.size()] == 'T' || text[kShape.size()] == ' ';
}

/// What a string must be written as to be read back as it is.
enum class Style { kPlain, kSingle, kDouble, kLiteral };

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F;
  });
}

Style style_of(const std::string& text) {
  if (text.empty() || text == "<<" || looks_like_time(text)) return Style::kDouble;
  // Most strings are plain words, longer than those that YAML gives a meaning.
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto is_plain = [&](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
  };
  if (text.size() > 5 && is_letter(text[0]) && std::all_of(text.begin(), text.end(), is_plain)) {
    return Style::kPlain;
  }
  if (text.find('\n') != std::string::npos) {
    std::string lines = text;
    lines.erase(std::remove(lines.begin(), lines.end(), '\n'), lines.end());
    const bool simple = is_printable(lines) && text.front() != ' ' && text.front() != '\n' &&
                        text.find(" \n") == std::string::npos &&
                        text.find("\n ") == std::string::npos && text.back() != ' ';
    return simple ? Style::kLiteral : Style::kDouble;
  }
  if (!is_printable(text)) return Style::kDouble;
  const Result<Document> read_back = read_yaml(text);
  if (read_back && read_back->value.is_string() && read_back->value.as_string() == text) {
    // Where it stands decides, too: beside a key these would begin a key or a comment.
    const bool ambiguous = text.find(": ") != std::string::npos || text.back() == ':' ||
                           text.find(" #") != std::string::npos;
    return ambiguous ? Style::kSingle : Style::kPlain;
  }
  const bool scalar = read_back && !read_back->value.is_string() && !read_back->value.is_object() &&
                      !read_back->value.is_array() && text.front() != '#';
  const bool spaced = text.front() == ' ' || text.back() == ' ';
  return scalar && !spaced ? Style::kDouble : Style::kSingle;
}

class Writer {
 public:
  std::string take() { return std::move(out_); }

  /// A whole document or what stands below a key; recursion is bounded by `write_yaml`.
  void block(const Value& value, std::size_t indent) {
    if (value.is_object() && !value.as_object().empty()) {
      object(value.as_object(), indent);
    } else if (value.is_array() && !value.as_array().empty()) {
      array(value.as_array(), indent);
    } else {
      inline_value(value, indent);
      out_ += '\n';
    }
  }

 private:
  void pad(std::size_t indent) {
    // The first member of an item of a list stands behind its dash.
    if (!behind_dash_) out_.append(indent, ' ');
    behind_dash_ = false;
  }

  void object(const Object& object, std::size_t indent) {
    std::vector<const Member*> members;
    for (const Member& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->name < b->name; });
    for (const Member* member : members) {
      pad(indent);
      key(member->name);
      out_ += ':';
      const Value& value = member->value;
      if (value.is_object() && !value.as_object().empty()) {
        out_ += '\n';
        block(value, indent + 2);
      } else if (value.is_array() && !value.as_array().empty()) {
        out_ += '\n';
        block(value, indent);
      } else {
        out_ += ' ';
        inline_value(value, indent + 2);
        out_ += '\n';
      }
    }
  }

  void array(const Array& array, std::size_t indent) {
    for (const Value& item : array) {
      pad(indent);
      out_ += "- ";
      behind_dash_ = true;
      block(item, indent + 2);
    }
  }

  void key(const std::string& name) {
    const Style style = style_of(name);
    if (style == Style::kPlain) {
      out_ += name;
    } else if (style == Style::kSingle) {
      single(name, std::string::npos);
    } else {
      out_ += quoted(name);
    }
  }

  void inline_value(const Value& value, std::size_t indent) {
    behind_dash_ = false;
    if (value.is_object()) {
      out_ += "{}";
    } else if (value.is_array()) {
      out_ += "[]";
    } else if (!value.is_string()) {
      out_ += write(value);
    } else {
      string(value.as_string(), indent);
    }
  }

  void string(const std::string& text, std::size_t indent) {
    switch (style_of(text)) {
      case Style::kPlain:
        return words(text, indent);
      case Style::kSingle:
        return single(text, indent);
      case Style::kDouble:
        out_ += quoted(text);
        return;
      case Style::kLiteral:
        return literal(text, indent == 0 ? 2 : indent);
    }
  }

  /// A space between two words may become a line break.
  void words(const std::string& text, std::size_t indent) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool between = text[i] == ' ' && i > 0 && i + 1 < text.size() && text[i - 1] != ' ' &&
                           text[i + 1] != ' ';
      if (between && indent != std::string::npos && column() > kColumns) {
        out_ += '\n';
        out_.append(indent == 0 ? 2 : indent, ' ');
      } else {
        out_ += text[i];
      }
    }
  }

  void single(const std::string& text, std::size_t indent) {
    std::string doubled;
    for (const char c : text) doubled.append(c == '\'' ? 2 : 1, c);
    out_ += '\'';
    words(doubled, indent);
    out_ += '\'';
  }

  void literal(const std::string& text, std::size_t indent) {
    const std::size_t last = text.find_last_not_of('\n') + 1;
    const std::size_t ends = text.size() - last;
    out_ += ends == 0 ? "|-" : ends == 1 ? "|" : "|+";
    for (std::size_t begin = 0; begin < last;) {
      const std::size_t end = std::min(text.find('\n', begin), last);
      out_ += '\n';
      if (end > begin) out_.append(indent, ' ').append(text, begin, end - begin);
      begin = end + 1;
    }
    // The caller ends the last line itself.
    if (ends > 1) out_.append(ends - 1, '\n');
  }

  std::size_t column() const {
    const std::size_t line = out_.rfind('\n');
    return line == std::string::npos ? out_.size() : out_.size() - line - 1;
  }

  std::string out_;
  bool behind_dash_ = false;
};

std::size_t depth_of(const Value& root) {
  std::size_t deepest = 0;
  std::vector<std::pair<const Value*, std::size_t>> pending{{&root, 1}};
  while (!pending.empty()) {
    const auto [value, depth] = pending.back();
    pending.pop_back();
    deepest = std::max(deepest, depth);
    if (value->is_array()) {
      for (const Value& item : value->as_array()) pending.emplace_back(&item, depth + 1);
    } else if (value->is_object()) {
      for (const Member& member : value->as_object()) {
        pending.emplace_back(&member.value, depth + 1);
      }
    }
  }
  return deepest;
}

}  // namespace

std::string write_yaml(const Value& value) {
  // JSON is YAML: what is too deep for block style, whose indentation grows with the depth, is
  // written so.
  constexpr std::size_t kMaxBlockDepth = 100;
  if (depth_of(value) > kMaxBlockDepth) return write(value) + "\n";
  Writer writer;
  writer.block(value, 0);
  return writer.take();
}

}  // namespace annex::json
