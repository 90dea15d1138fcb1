// The frames of a watch: one line of JSON an event, or one length and message of protobuf.
#pragma once

#include <string>

#include "annex/registry/item.h"
#include "annex/util/bytes.h"
#include "annex/util/error.h"
#include "handlers/negotiation.h"
#include "handlers/render.h"

namespace annex::handlers {

/// Makes the events of one watch. Belongs to the watch's source and its thread.
class WatchRender {
 public:
  WatchRender(Form form, TableMaker table) : form_(std::move(form)), table_(std::move(table)) {}

  /// `type` is ADDED, MODIFIED or DELETED; `revision` is shown instead of the item's own.
  Result<util::Chunks> event(std::string_view type, const registry::Item& item,
                             storage::Revision revision, util::WallTime now);
  /// The same for a change that many watches send: made once for all of the same form.
  Result<util::Chunks> shared_event(std::string_view type, const registry::CacheEvent& change,
                                    const registry::Item& item, util::WallTime now);
  Result<util::Chunks> bookmark(storage::Revision revision, bool initial_events_end);
  util::Chunks error(const Error& error) const;

 private:
  /// One event of an object's JSON.
  Result<util::Chunks> frame(std::string_view type, util::Chunks object) const;
  /// True until the first table was sent: only that one has column definitions.
  bool take_first() { return std::exchange(first_, false); }

  const Form form_;
  const TableMaker table_;
  bool first_ = true;
};

}  // namespace annex::handlers
