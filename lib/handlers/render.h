// Turning items into the forms that clients accept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annex/registry/item.h"
#include "annex/util/bytes.h"
#include "handlers/exchange.h"

namespace annex::handlers {

/// What a list says of itself.
struct ListMeta {
  storage::Revision revision{};
  std::string continue_token{};
  std::optional<std::size_t> remaining{};
};

/// One object in the exchange's form. kNotAcceptable for a form that only lists have.
Result<util::Chunks> render_item(const Exchange& exchange, const registry::Item& item);
/// A list of objects or of their metadata up to its first item.
std::string list_head(const Exchange& exchange, const ListMeta& meta);
/// That the exchange's form is one that only objects have.
Error not_for_lists(const Exchange& exchange);

/// `render_item` as a whole answer.
Result<http::Response> object_response(const Exchange& exchange, int status,
                                       const registry::Item& item);

/// What goes into the rows' `object`.
enum class IncludeObject { kMetadata, kObject, kNone };
/// kUnknown for none of those (400).
Result<IncludeObject> read_include_object(const http::Query& query);

/// What making tables needs to know; kept by watches after the exchange is over.
struct TableMaker {
  const registry::Resource& resource;
  const registry::Version& version;
  const registry::Codec& codec;
  IncludeObject include = IncludeObject::kMetadata;
  std::string meta_version = "v1";

  /// `[...]`: the definitions of the columns.
  std::string columns() const;
  /// One row, at `revision` instead of the item's own.
  Result<util::Chunks> row(const registry::Item& item, storage::Revision revision,
                           util::WallTime now) const;
  /// `{"kind":"Table",...` up to the rows, the opening bracket included.
  std::string begin(const ListMeta& meta, bool with_columns) const;
};

/// `{"resourceVersion":"5",...}`.
std::string list_meta_text(const ListMeta& meta);

}  // namespace annex::handlers
