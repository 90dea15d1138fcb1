#include "annex/json/read.h"

// Strings are scanned sixteen bytes at once where the processor can.
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "json/name_index.h"
#include "json/utf8.h"

namespace annex::json {
namespace {

/// How many duplicates are looked at for each one that may be reported: naming one costs its depth.
constexpr std::size_t kNotedPerReported = 10;

/// What is read at once may go beyond the end by that much.
constexpr std::size_t kPadding = 16;

/// Most documents are no deeper.
constexpr std::size_t kFirstFrames = 8;

/// Builds the value from RapidJSON's events, with a stack of its own.
class Builder {
 public:
  /// `text` is what `stream` reads a copy of.
  Builder(const ReadOptions& options, std::string_view text, rapidjson::InsituStringStream& stream)
      : options_(options), text_(text), stream_(stream) {}

  bool Null() { return add(Value()); }
  bool Bool(bool value) { return add(Value(value)); }
  bool Int(int value) { return add(Value(value)); }
  bool Uint(unsigned value) { return add(Value(static_cast<std::int64_t>(value))); }
  bool Int64(std::int64_t value) { return add(Value(value)); }
  bool Uint64(std::uint64_t value) { return add(Value(value)); }
  /// RapidJSON makes something else of what is just out of range, such as 2e308: the number is read
  /// again from its text. That begins where the stream is, of which RapidJSON reads a copy.
  bool Double(double value) {
    const std::string_view rest = text_.substr(stream_.Tell());
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (read.ec == std::errc::result_out_of_range) {
      const auto token = rest.substr(0, static_cast<std::size_t>(read.ptr - rest.data()));
      // Too small is nothing; too large is no number.
      if (token.find("e-") == token.npos && token.find("E-") == token.npos) return false;
      value = 0;
    }
    return add(Value(value));
  }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return add(Value(std::string(text, size)));
  }
  bool StartObject() { return open(Value(Object())); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    Frame& frame = frames_.back();
    Object& object = frame.value->as_object();
    std::string name(text, size);
    if (const auto known = frame.names.place(object, name)) {
      frame.member = *known;
      // Before what is inside of it, so that duplicates are told in the order of the document.
      note_duplicate();
    } else {
      frame.member = static_cast<std::ptrdiff_t>(object.size());
      object.append(std::move(name), Value());
    }
    return true;
  }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return open(Value(Array())); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  bool too_deep() const { return too_deep_; }
  Document take() { return std::move(document_); }

 private:
  /// An array or object that is not yet at its end. It stays where it is: what it is in does not
  /// grow meanwhile.
  struct Frame {
    Value* value;
    std::ptrdiff_t member = 0;  // that is being read, of an object
    NameIndex names{};
  };

  bool open(Value value) {
    if (frames_.size() >= options_.max_depth) {
      too_deep_ = true;
      return false;
    }
    if (frames_.empty()) frames_.reserve(kFirstFrames);
    frames_.push_back({&put(std::move(value))});
    return true;
  }

  bool close() {
    frames_.pop_back();
    return true;
  }

  bool add(Value value) {
    put(std::move(value));
    return true;
  }

  /// The value in its place.
  Value& put(Value value) {
    if (frames_.empty()) return document_.value = std::move(value);
    Frame& frame = frames_.back();
    if (frame.value->is_array()) return frame.value->as_array().emplace_back(std::move(value));
    return member(frame).value = std::move(value);
  }

  static Member& member(const Frame& frame) {
    return *(frame.value->as_object().begin() + frame.member);
  }

  void note_duplicate() {
    if (document_.duplicates.size() >= options_.max_duplicates) return;
    if (++noted_ > kNotedPerReported * options_.max_duplicates) return;
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.value->is_array()) {
        // The member is somewhere inside of the last item.
        path += '[' + std::to_string(frame.value->as_array().size() - 1) + ']';
      } else {
        if (!path.empty()) path += '.';
        path += member(frame).name;
      }
    }
    auto& seen = document_.duplicates;
    if (std::find(seen.begin(), seen.end(), path) == seen.end()) seen.push_back(std::move(path));
  }

  const ReadOptions& options_;
  const std::string_view text_;
  rapidjson::InsituStringStream& stream_;
  std::vector<Frame> frames_;
  Document document_;
  std::size_t noted_ = 0;
  bool too_deep_ = false;
};

constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                            rapidjson::kParseFullPrecisionFlag;

/// How many bytes at the front are a byte order mark, or what is left of one.
std::size_t mark_size(std::string_view text) {
  std::size_t size = 0;
  for (const char mark : {'\xef', '\xbb', '\xbf'}) {
    if (size < text.size() && text[size] == mark) ++size;
  }
  return size;
}

Error invalid(std::size_t offset, rapidjson::ParseErrorCode code) {
  return Error::bad_request("invalid JSON at byte " + std::to_string(offset) + ": " +
                            rapidjson::GetParseError_En(code));
}

}  // namespace

Result<Document> read(std::string_view text, const ReadOptions& options) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error::bad_request("unexpected end of JSON input");
  }
  const std::size_t mark = mark_size(text);
  text.remove_prefix(mark);
  // A NUL looks like the end to RapidJSON.
  const std::size_t nul = text.find('\0');
  const bool cut = nul != text.npos;
  text = text.substr(0, nul);
  std::string copy;
  copy.reserve(text.size() + kPadding);
  copy.append(text).append(kPadding, '\0');
  rapidjson::InsituStringStream stream(copy.data());
  Builder builder(options, text, stream);
  rapidjson::Reader reader;
  rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (!result.IsError() && cut) {
    result.Set(rapidjson::kParseErrorDocumentRootNotSingular, text.size());
  }
  // The reader takes any bytes inside strings, and none outside of them that are not ASCII.
  const std::size_t valid = valid_utf8_size(text);
  if (valid < text.size() && (!result.IsError() || valid < result.Offset())) {
    return invalid(mark + valid, rapidjson::kParseErrorStringInvalidEncoding);
  }
  if (builder.too_deep()) {
    return Error::bad_request("exceeded max depth of " + std::to_string(options.max_depth));
  }
  if (result.IsError()) return invalid(mark + result.Offset(), result.Code());
  return builder.take();
}

Result<Value> parse(std::string_view text) {
  Result<Document> document = read(text);
  if (!document) return std::move(document).error();
  return std::move(document->value);
}

}  // namespace annex::json
