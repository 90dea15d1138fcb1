// Reads a streamed body line by line, on a thread that waits for it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "annex/http/body_source.h"
#include "annex/util/clock.h"

namespace annex::detail {

/// Pulls a source in place of a connection. One thread; `clock` outlives it.
class LineReader {
 public:
  LineReader(std::unique_ptr<http::BodySource> source, const util::Clock& clock);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line of what has come by now, without its newline, which the last one need not have.
  std::optional<std::string> line_if_any();
  /// The next line, waited for on the machine's clock for up to `limit`; nothing once the source
  /// has ended, if none came in time or if `stop` was asked for.
  std::optional<std::string> next_line(util::Duration limit, const std::stop_token& stop = {});
  /// All that no line was made of yet, which it stays: once the source has ended, or nothing has
  /// come for `limit` on the machine's clock.
  std::string rest(util::Duration limit);
  /// True once the source has said that it is over.
  bool ended() const { return ended_; }

 private:
  class Wakes;
  /// False if there is nothing to pull now.
  bool pull();
  /// Waits until there may be something to pull, at most until `end`; false if that has passed.
  bool wait(std::chrono::steady_clock::time_point end);
  std::optional<std::string> take_line();

  const std::unique_ptr<http::BodySource> source_;
  const util::Clock& clock_;
  const std::shared_ptr<Wakes> wakes_;
  std::string unread_;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace annex::detail
