// The body of a large list: made while it is sent, so that what waits for a slow reader is small.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annex/http/body_source.h"
#include "annex/registry/item.h"
#include "handlers/paging.h"
#include "http/gzip.h"

namespace annex::handlers {

/// Holds the list's items, shared with whoever else has them, until each is sent; no thread and no
/// lock.
class ListSource final : public http::BodySource {
 public:
  /// `begin` is the list up to its first item. With `partial_version` the items are the metadata
  /// alone, of that version. Requires: each item's frame is of the version that is shown.
  ListSource(std::string begin, std::optional<std::string> partial_version,
             std::vector<registry::ItemPtr> items, bool packed);

  void start(http::Waker) override {}
  http::Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) override;

 private:
  void append_next(util::Chunks& out);

  std::string begin_;
  const std::optional<std::string> partial_version_;
  std::vector<registry::ItemPtr> items_;
  std::size_t next_ = 0;
  std::optional<http::GzipStream> packer_;
};

/// True for a large list of objects, or of their metadata, in compact JSON and in the version that
/// is stored: no hook has to be asked, so that nothing can fail once the answer has begun.
bool is_for_streaming(const Exchange& exchange, const std::vector<registry::ItemPtr>& items);
http::Response stream_list(const Exchange& exchange, Page page);

}  // namespace annex::handlers
