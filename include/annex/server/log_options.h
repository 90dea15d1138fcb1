// What a reader of a log asks for, as `kubectl logs` does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "annex/http/uri.h"
#include "annex/meta/time.h"
#include "annex/util/result.h"

namespace annex {

/// The query of a `log` subresource, after Kubernetes' PodLogOptions. A value.
struct LogOptions {
  std::string container{};
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<std::int64_t> since_seconds{};
  std::optional<meta::Time> since_time{};
  std::optional<std::int64_t> tail_lines{};
  std::optional<std::int64_t> limit_bytes{};

  /// BadRequest for what cannot be read, kInvalid for what is out of range.
  static Result<LogOptions> read(const http::Query& query);
  /// The last `tail_lines` lines of `text`, and of those the first `limit_bytes` bytes.
  std::string_view cut(std::string_view text) const;
};

}  // namespace annex
