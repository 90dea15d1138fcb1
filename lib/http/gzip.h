// gzip of answers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "annex/http/headers.h"
#include "annex/util/bytes.h"

namespace annex::http {

/// Exactly the token in Accept-Encoding: weights are not understood, as upstream does not
/// understand them.
bool accepts_gzip(const Headers& headers);

/// Packs at the fastest level, as upstream packs, piece by piece. Used by one thread.
class GzipStream {
 public:
  GzipStream();
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// What a piece and those before it come to, so that the peer can unpack all of it. False if zlib
  /// fails. Requires: nothing after the last piece.
  bool pack(const util::Chunks& piece, bool is_last, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Packed at the fastest level, as upstream packs; nothing if zlib fails.
std::optional<std::string> gzip(const util::Chunks& chunks);

}  // namespace annex::http
