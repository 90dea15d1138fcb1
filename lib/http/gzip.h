// gzip of answers.
#pragma once

#include <optional>
#include <string>

#include "annex/http/headers.h"
#include "annex/util/bytes.h"

namespace annex::http {

/// Exactly the token in Accept-Encoding: weights are not understood, as upstream does not
/// understand them.
bool accepts_gzip(const Headers& headers);

/// Packed at the fastest level, as upstream packs; nothing if zlib fails.
std::optional<std::string> gzip(const util::Chunks& chunks);

}  // namespace annex::http
