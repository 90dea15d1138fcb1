#include "annex/json/write.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "json/utf8.h"
#include "util/eight_bytes.h"

namespace annex::json {
namespace {

/// Deeper levels are indented no further: the text of a small, deep value would become huge.
constexpr std::size_t kMaxIndentedDepth = 100;
constexpr std::string_view kHex = "0123456789abcdef";

/// The characters of one byte that stand for themselves.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) {
    plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
  }
  return plain;
}();

/// True if each of them stands for itself.
bool all_plain(util::EightBytes bytes) {
  // '<' and '>' differ in one bit, '"' and '&' in another.
  return (bytes.high() | bytes.below(0x20) | bytes.equal('\\') | bytes.equal('&', 0x04) |
          bytes.equal('>', 0x02)) == 0;
}

/// The same of a text: of most.
bool all_plain(std::string_view text) {
  constexpr std::size_t kSize = util::EightBytes::kSize;
  if (text.size() < kSize) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return kPlain[static_cast<unsigned char>(c)]; });
  }
  // The last eight may be looked at twice.
  const char* const last = text.data() + (text.size() - kSize);
  for (const char* at = text.data(); at < last; at += kSize) {
    if (!all_plain(util::EightBytes(at))) return false;
  }
  return all_plain(util::EightBytes(last));
}

/// The escape of two characters that JSON and Go share; null for all else.
const char* short_escape(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    default:
      return nullptr;
  }
}

void write_escaped(std::string_view text, std::string& out) {
  std::size_t clean = 0;  // start of the run that needs no escape
  auto flush = [&](std::size_t end) { out.append(text.substr(clean, end - clean)); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (text.size() - i > util::EightBytes::kSize &&
           all_plain(util::EightBytes(text.data() + i))) {
      i += util::EightBytes::kSize;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (kPlain[c]) continue;
    std::size_t width = c < 0x80 ? 1 : utf8_length(text, i);
    if (width == 0) {
      // Text from a URL, say, that an error message quotes: what is sent is valid all the same.
      flush(i);
      out += "\\ufffd";
      clean = i + 1;
      continue;
    }
    const bool is_separator =
        c == 0xe2 && text[i + 1] == '\x80' && (text[i + 2] == '\xa8' || text[i + 2] == '\xa9');
    if (c >= 0x80 && !is_separator) {
      i += width - 1;
      continue;
    }
    flush(i);
    if (const char* escape = short_escape(text[i])) {
      out += escape;
    } else if (c == 0xe2) {
      out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
    } else {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 0xf];
    }
    i += width - 1;
    clean = i + 1;
  }
  flush(text.size());
}

/// Most documents are no deeper.
constexpr std::size_t kUsualDepth = 8;
/// From here on not every integer is a double.
constexpr double kMaxExact = 9007199254740992.0;

/// A whole number with only the digits that tell it apart, and zeros: as Go writes it.
void write_large(double number, std::string& out) {
  std::array<char, 40> buffer{};
  const char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                        std::chars_format::scientific)
                              .ptr;
  const char* const e = std::find(static_cast<const char*>(buffer.data()), end, 'e');
  int exponent = 0;
  std::from_chars(e + 2, end, exponent);  // behind "e+"
  int digits = 0;
  for (const char* from = buffer.data(); from != e; ++from) {
    if (*from != '.') out += *from;
    if (*from >= '0' && *from <= '9') ++digits;
  }
  out.append(static_cast<std::size_t>(exponent + 1 - digits), '0');
}

void write_double(double number, std::string& out) {
  if (!std::isfinite(number)) {  // JSON has no word for it; parsing never makes one
    out += "null";
    return;
  }
  std::array<char, 400> buffer{};
  const double size = std::fabs(number);
  if (size >= kMaxExact && size < 1e21) {
    write_large(number, out);
    return;
  }
  const bool exponent = size != 0 && (size < 1e-6 || size >= 1e21);
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                    exponent ? std::chars_format::scientific : std::chars_format::fixed)
          .ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  // Go drops the leading zero of a two-digit negative exponent: 1e-7, not 1e-07.
  if (exponent && text.size() >= 4 && text[text.size() - 4] == 'e' &&
      text[text.size() - 3] == '-' && text[text.size() - 2] == '0') {
    out.append(text.substr(0, text.size() - 2));
    out.push_back(text.back());
    return;
  }
  out.append(text);
}

template <typename Number>
void write_integer(Number number, std::string& out) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

void write_scalar(const Value& value, std::string& out) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_int64()) {
    write_integer(value.as_int64(), out);
  } else if (value.is_uint64()) {
    write_integer(value.as_uint64(), out);
  } else if (value.is_double()) {
    write_double(value.as_double(), out);
  } else {
    write_string_to(value.as_string(), out);
  }
}

/// Writes without recursion: one entry for each open array or object.
class Writer {
 public:
  Writer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void write(const Value& root) {
    enter(root);
    while (!open_.empty()) {
      Open& top = open_.back();
      const bool is_array = top.value->is_array();
      const std::size_t size =
          is_array ? top.value->as_array().size() : top.value->as_object().size();
      if (top.next == size) {
        open_.pop_back();
        if (size > 0) new_line();
        out_ += is_array ? ']' : '}';
        continue;
      }
      if (top.next > 0) out_ += ',';
      new_line();
      const std::size_t at = top.next++;
      if (is_array) {
        enter(top.value->as_array()[at]);
      } else {
        const Member& member = *(top.value->as_object().begin() + static_cast<std::ptrdiff_t>(at));
        write_string_to(member.name, out_);
        out_ += pretty_ ? ": " : ":";
        enter(member.value);
      }
    }
  }

 private:
  struct Open {
    const Value* value;
    std::size_t next = 0;
  };

  void enter(const Value& value) {
    if (value.is_array() || value.is_object()) {
      out_ += value.is_array() ? '[' : '{';
      if (open_.empty()) open_.reserve(kUsualDepth);
      open_.push_back({&value});
    } else {
      write_scalar(value, out_);
    }
  }

  void new_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * std::min(open_.size(), kMaxIndentedDepth), ' ');
  }

  std::string& out_;
  const bool pretty_;
  std::vector<Open> open_;
};

}  // namespace

void write_string_to(std::string_view text, std::string& out) {
  out += '"';
  if (all_plain(text)) {
    out += text;
  } else {
    write_escaped(text, out);
  }
  out += '"';
}

void write_to(const Value& value, std::string& out) { Writer(out, false).write(value); }

std::string write(const Value& value) {
  std::string out;
  write_to(value, out);
  return out;
}

std::string write_pretty(const Value& value) {
  std::string out;
  Writer(out, true).write(value);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const char* escape = short_escape(c)) {
      out += escape;
    } else if (c == '\a' || c == '\v') {
      out += c == '\a' ? "\\a" : "\\v";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

}  // namespace annex::json
