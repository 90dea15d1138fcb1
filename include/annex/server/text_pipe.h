// TextPipe: text that one thread writes while a connection sends it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "annex/http/body_source.h"
#include "annex/util/clock.h"

namespace annex {

/// The writer's end of a streamed text, such as a log that is followed. Copies are the same end;
/// any thread. What is not sent yet is bounded.
class TextPipe {
 public:
  /// Holds at most so many bytes that are not sent yet.
  explicit TextPipe(std::size_t limit = std::size_t{1} << 18U);

  /// What became of a write.
  enum class Written { kYes, kFull, kGone };
  /// Takes all of `text` or nothing. kFull: wait for room, or leave it out. kGone: nobody reads any
  /// more. More than the limit is taken only by an empty pipe.
  Written write(std::string_view text) const;
  /// Waits, at most `limit` on the machine's clock, until a write may be taken or nobody reads.
  void wait_for_room(util::Duration limit) const;
  /// The text is complete.
  void close() const;

  /// The reader's end, for the answer. Requires: not asked for before.
  std::unique_ptr<http::BodySource> source() const;

 private:
  class State;
  class Source;
  std::shared_ptr<State> state_;
};

}  // namespace annex
