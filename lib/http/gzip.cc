#include "http/gzip.h"

#include <zlib.h>

#include <string_view>

namespace annex::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool accepts_gzip(const Headers& headers) {
  std::string_view text = headers.first("Accept-Encoding").value_or("");
  for (;;) {
    const std::size_t comma = text.find(',');
    if (trim(text.substr(0, comma)) == "gzip") return true;
    if (comma == std::string_view::npos) return false;
    text.remove_prefix(comma + 1);
  }
}

struct GzipStream::State {
  z_stream stream{};
  bool is_good = false;
};

GzipStream::GzipStream() : state_(std::make_unique<State>()) {
  constexpr int kGzipWindow = 15 + 16;
  state_->is_good =
      deflateInit2(&state_->stream, 1, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK;
}

GzipStream::~GzipStream() { deflateEnd(&state_->stream); }

bool GzipStream::pack(const util::Chunks& piece, bool is_last, std::string& out) {
  if (!state_->is_good) return false;
  z_stream& stream = state_->stream;
  const std::size_t before = out.size();
  out.resize(before + deflateBound(&stream, static_cast<uLong>(piece.size())) + 64);
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
  stream.avail_out = static_cast<uInt>(out.size() - before);
  int code = Z_OK;
  for (const util::Bytes& part : piece.parts()) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    if (code == Z_OK) code = deflate(&stream, Z_NO_FLUSH);
  }
  if (code == Z_OK) code = deflate(&stream, is_last ? Z_FINISH : Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out);
  state_->is_good = !is_last && code == Z_OK && stream.avail_out > 0;
  return is_last ? code == Z_STREAM_END : state_->is_good;
}

std::optional<std::string> gzip(const util::Chunks& chunks) {
  std::string out;
  if (!GzipStream().pack(chunks, true, out)) return std::nullopt;
  return out;
}

}  // namespace annex::http
