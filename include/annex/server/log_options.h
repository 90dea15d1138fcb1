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
  std::string container{};                      ///< empty: the only one
  bool follow = false;                          ///< go on as it grows
  bool previous = false;                        ///< of the run before
  bool timestamps = false;                      ///< before each line
  std::optional<std::int64_t> since_seconds{};  ///< only what is younger
  std::optional<meta::Time> since_time{};       ///< only what is later
  std::optional<std::int64_t> tail_lines{};     ///< only the last ones
  std::optional<std::int64_t> limit_bytes{};    ///< no more than so many

  /// BadRequest for what cannot be read, kInvalid for what is out of range.
  static Result<LogOptions> read(const http::Query& query);
  /// The last `tail_lines` lines of `text`, and of those the first `limit_bytes` bytes.
  std::string_view cut(std::string_view text) const;
};

}  // namespace annex
