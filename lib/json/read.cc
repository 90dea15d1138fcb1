#include "annex/json/read.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "json/name_index.h"

namespace annex::json {
namespace {

/// How many duplicates are looked at for each one that may be reported: naming one costs its depth.
constexpr std::size_t kNotedPerReported = 10;

using Stream = rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>;

/// Builds the value from RapidJSON's events, with a stack of its own.
class Builder {
 public:
  /// `text` is what `stream` reads.
  Builder(const ReadOptions& options, std::string_view text, const Stream& stream)
      : options_(options), text_(text), stream_(stream) {}

  bool Null() { return add(Value()); }
  bool Bool(bool value) { return add(Value(value)); }
  bool Int(int value) { return add(Value(value)); }
  bool Uint(unsigned value) { return add(Value(static_cast<std::int64_t>(value))); }
  bool Int64(std::int64_t value) { return add(Value(value)); }
  bool Uint64(std::uint64_t value) { return add(Value(value)); }
  /// RapidJSON makes something else of what is just out of range, such as 2e308: the number is read
  /// again from its text, which ends where the stream is.
  bool Double(double value) {
    const std::size_t end = std::min(stream_.Tell(), text_.size());
    std::size_t begin = end;
    while (begin > 0 &&
           std::string_view("+-.0123456789Ee").find(text_[begin - 1]) != std::string_view::npos) {
      --begin;
    }
    const std::string_view token = text_.substr(begin, end - begin);
    const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
    if (read.ec == std::errc::result_out_of_range) {
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
    frame.key.assign(text, size);
    // Before what is inside of it, so that duplicates are told in the order of the document.
    if (frame.names.find(frame.value.as_object(), frame.key) != nullptr) note_duplicate();
    return true;
  }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return open(Value(Array())); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  bool too_deep() const { return too_deep_; }
  Document take() { return std::move(document_); }

 private:
  struct Frame {
    Value value;
    std::string key;  // of the member that is being read
    NameIndex names;
  };

  bool open(Value value) {
    if (frames_.size() >= options_.max_depth) {
      too_deep_ = true;
      return false;
    }
    frames_.push_back({std::move(value), {}, {}});
    return true;
  }

  bool close() {
    Value value = std::move(frames_.back().value);
    frames_.pop_back();
    return add(std::move(value));
  }

  bool add(Value value) {
    if (frames_.empty()) {
      document_.value = std::move(value);
      return true;
    }
    Frame& frame = frames_.back();
    if (frame.value.is_array()) {
      frame.value.as_array().push_back(std::move(value));
    } else if (Value* known = frame.names.find(frame.value.as_object(), frame.key)) {
      *known = std::move(value);
    } else {
      frame.value.as_object().append(frame.key, std::move(value));
    }
    return true;
  }

  void note_duplicate() {
    if (document_.duplicates.size() >= options_.max_duplicates) return;
    if (++noted_ > kNotedPerReported * options_.max_duplicates) return;
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.value.is_array()) {
        path += '[' + std::to_string(frame.value.as_array().size()) + ']';
      } else {
        if (!path.empty()) path += '.';
        path += frame.key;
      }
    }
    auto& seen = document_.duplicates;
    if (std::find(seen.begin(), seen.end(), path) == seen.end()) seen.push_back(std::move(path));
  }

  const ReadOptions& options_;
  const std::string_view text_;
  const Stream& stream_;
  std::vector<Frame> frames_;
  Document document_;
  std::size_t noted_ = 0;
  bool too_deep_ = false;
};

constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                            rapidjson::kParseFullPrecisionFlag;

}  // namespace

Result<Document> read(std::string_view text, const ReadOptions& options) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error::bad_request("unexpected end of JSON input");
  }
  rapidjson::MemoryStream bytes(text.data(), text.size());
  Stream stream(bytes);
  Builder builder(options, text, stream);
  rapidjson::Reader reader;
  rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  // A NUL looks like the end to RapidJSON.
  if (!result.IsError() && stream.Tell() != text.size()) {
    result.Set(rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
  }
  if (builder.too_deep()) {
    return Error::bad_request("exceeded max depth of " + std::to_string(options.max_depth));
  }
  if (result.IsError()) {
    return Error::bad_request("invalid JSON at byte " + std::to_string(result.Offset()) + ": " +
                              rapidjson::GetParseError_En(result.Code()));
  }
  return builder.take();
}

Result<Value> parse(std::string_view text) {
  Result<Document> document = read(text);
  if (!document) return std::move(document).error();
  return std::move(document->value);
}

}  // namespace annex::json
