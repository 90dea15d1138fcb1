// What accompanies one request through the layers.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "annex/request/request_info.h"
#include "annex/request/user.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"
#include "annex/util/waiting.h"

namespace annex::request {

/// Texts for `Warning` headers: distinct, in order, within upstream's budget. Not synchronised.
class Warnings {
 public:
  /// Texts with control characters or invalid UTF-8 are dropped.
  void add(std::string text);
  /// True if there is none.
  bool empty() const { return texts_.empty(); }
  /// The values of the header lines: `299 - "text"`. Above 4096 code points in sum every text is
  /// cut to 256, and what then exceeds the budget is left out.
  std::vector<std::string> header_values() const;

 private:
  struct Text {
    std::string text{};
    std::size_t points = 0;  ///< code points
  };
  std::vector<Text> texts_;
  std::size_t points_ = 0;  ///< of all texts
};

/// Owned by the filter that accepted the request, used by one thread at a time.
struct Context {
  UserInfo user{};                                    ///< who asks
  RequestInfo info{};                                 ///< for what
  util::TimePoint deadline = util::TimePoint::max();  ///< by the server's clock
  std::string audit_id{};                             ///< as the Audit-Id header says
  Warnings warnings{};                                ///< sent with the answer
  /// Asked when what is no creation turns out to create: an apply, or an update of a kind that is
  /// created so. Forbidden for who may not; may block. Empty: everybody may.
  std::function<Result<void>()> may_create{};
  /// Lets a write wait for its store without a thread; null: the thread waits.
  util::Waiting* waiting = nullptr;
};

}  // namespace annex::request
