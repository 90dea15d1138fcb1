#include "handlers/list_source.h"

#include "handlers/output.h"
#include "handlers/render.h"

namespace annex::handlers {
namespace {

/// Smaller lists are answered whole, with their length.
constexpr std::size_t kStreamFrom = 1U << 20U;

}  // namespace

ListSource::ListSource(std::string begin, std::optional<std::string> partial_version,
                       std::vector<registry::ItemPtr> items, bool packed)
    : begin_(std::move(begin)),
      partial_version_(std::move(partial_version)),
      items_(std::move(items)) {
  if (packed) packer_.emplace();
}

void ListSource::append_next(util::Chunks& out) {
  const bool is_first = next_ == 0;
  if (is_first) out.append(std::move(begin_));
  const registry::ItemPtr item = std::move(items_[next_++]);
  append_list_item(item->frame(), item->revision, partial_version_, is_first, out);
  if (next_ == items_.size()) out.append(util::Bytes::literal("]}\n"));
}

http::Pull ListSource::pull(std::size_t room, util::TimePoint, util::Chunks& out) {
  util::Chunks piece;
  while (next_ < items_.size() && piece.size() < room) append_next(piece);
  const bool is_last = next_ == items_.size();
  if (!packer_) {
    out.append(std::move(piece));
  } else {
    std::string packed;
    if (!packer_->pack(piece, is_last, packed)) return http::Pull::kAbort;
    out.append(std::move(packed));
  }
  return is_last ? http::Pull::kEnd : http::Pull::kWrote;
}

bool is_for_streaming(const Exchange& exchange, const std::vector<registry::ItemPtr>& items) {
  const Form& form = exchange.form;
  if (form.media != request::Media::kJson || form.pretty) return false;
  const bool partial = form.shape == Shape::kPartialList;
  if (!partial && form.shape != Shape::kObject) return false;
  std::size_t bytes = 0;
  for (const registry::ItemPtr& item : items) {
    if (item->version != exchange.version.name) return false;
    bytes += partial ? item->cuts.meta_after - item->cuts.head : item->text.size();
  }
  return bytes >= kStreamFrom;
}

http::Response stream_list(const Exchange& exchange, Page page) {
  return stream_response(exchange.http, [&](bool packed) {
    return std::make_unique<ListSource>(list_begin(exchange, page.meta),
                                        partial_items_version(exchange), std::move(page.items),
                                        packed);
  });
}

}  // namespace annex::handlers
