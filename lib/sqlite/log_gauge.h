// How large the write-ahead log is, and what that asks for.
#pragma once

#include <algorithm>
#include <cstdint>

namespace annex::sqlite {

/// Of a page of the file, in the log, too.
constexpr std::uint64_t kPageBytes = 4096;
/// The pages of the write-ahead log that are worth carrying over.
constexpr int kCheckpointPages = 1000;
/// The size from which it is to begin anew: it does so by itself only if a moment comes at which
/// all of it has been carried over and nobody reads it, and without a pause none may come.
constexpr int kLargeLogPages = 16384;

/// Not synchronised: its owner guards it.
class LogGauge {
 public:
  /// The log's size after a commit. True if it is worth a look.
  bool measured(int pages) {
    if (pages < pages_) {  // it began anew
      carried_ = 0;
      renew_at_ = kLargeLogPages;
    }
    pages_ = pages;
    return is_due();
  }
  /// So many of its pages have been carried over.
  void carried(int pages) { carried_ = std::min(pages, pages_); }
  /// It was to begin anew. If somebody goes on reading it, the next time is not before it has grown
  /// by a quarter of a large one: each holds up the writers.
  void asked_anew() { renew_at_ = pages_ + kLargeLogPages / 4; }

  bool is_due() const { return pages_ - carried_ >= kCheckpointPages; }
  bool is_large() const { return pages_ >= renew_at_; }

 private:
  int pages_ = 0;
  int carried_ = 0;
  int renew_at_ = kLargeLogPages;
};

}  // namespace annex::sqlite
