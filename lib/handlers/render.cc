#include "handlers/render.h"

#include "annex/json/write.h"
#include "handlers/output.h"
#include "registry/scale.h"

namespace annex::handlers {
namespace {

Error not_acceptable(std::string message) {
  Error error;
  error.reason = Reason::kNotAcceptable;
  error.message = std::move(message);
  return error;
}

std::string type_text(const Exchange& exchange, bool list) {
  return exchange.resource.api_version(exchange.version) +
         ", Kind=" + (list ? exchange.resource.list_kind_or_default() : exchange.resource.kind);
}

std::string head_of(const std::string& kind, const std::string& api_version, const ListMeta& meta) {
  return "{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + api_version +
         "\",\"metadata\":" + list_meta_text(meta) + ",\"items\":[";
}

/// A table with one row.
Result<util::Chunks> render_table(const Exchange& exchange, const registry::Item& item) {
  auto include = read_include_object(exchange.http.target.query);
  if (!include) return std::move(include).error();
  const TableMaker table{exchange.resource, exchange.version, exchange.codec(), *include,
                         exchange.form.meta_version};
  auto row = table.row(item, item.revision, exchange.clock.wall_now());
  if (!row) return row;
  util::Chunks out(table.begin({item.revision, {}, {}}, true));
  out.append(std::move(*row));
  out.append(util::Bytes::literal("]}"));
  return out;
}

/// The Scale of an object, which is what its scale subresource shows.
Result<registry::ItemPtr> scale_item(const Exchange& exchange, const registry::Item& item) {
  auto hub = exchange.backend.codec().hub(item);
  if (!hub) return std::move(hub).error();
  return exchange.codec().make_item(item.key, item.revision,
                                    registry::scale_of(exchange.stored, *hub),
                                    exchange.codec().resource().storage());
}

}  // namespace

std::string list_meta_text(const ListMeta& meta) {
  std::string text = "{";
  if (meta.revision != 0) {
    text += "\"resourceVersion\":\"" + std::to_string(meta.revision) + '"';
  }
  if (!meta.continue_token.empty()) text += ",\"continue\":\"" + meta.continue_token + '"';
  if (meta.remaining) text += ",\"remainingItemCount\":" + std::to_string(*meta.remaining);
  return text + "}";
}

Result<util::Chunks> render_item(const Exchange& exchange, const registry::Item& item) {
  const Form& form = exchange.form;
  if (form.shape == Shape::kPartialList) {
    return not_acceptable(
        "you requested PartialObjectMetadataList, but the requested object is not a list (" +
        type_text(exchange, false) + ")");
  }
  if (form.shape == Shape::kTable) return render_table(exchange, item);
  auto frame = exchange.codec().frame(item, exchange.version);
  if (!frame) return std::move(frame).error();
  util::Chunks out;
  out.reserve(8);  // an object's pieces, and what ends the line
  if (form.shape == Shape::kPartial) {
    frame->append_partial(item.revision, "meta.k8s.io/" + form.meta_version, out);
  } else {
    frame->append_object(item.revision, true, out);
  }
  return out;
}

std::string list_head(const Exchange& exchange, const ListMeta& meta) {
  if (exchange.form.shape == Shape::kPartialList) {
    return head_of("PartialObjectMetadataList", "meta.k8s.io/" + exchange.form.meta_version, meta);
  }
  return head_of(exchange.resource.list_kind_or_default(),
                 exchange.resource.api_version(exchange.version), meta);
}

Error not_for_lists(const Exchange& exchange) {
  return not_acceptable(
      "you requested PartialObjectMetadata, but the requested object is a list (" +
      type_text(exchange, true) + ")");
}

Result<http::Response> object_response(const Exchange& exchange, int status,
                                       const registry::Item& item) {
  registry::ItemPtr scale;
  if (&exchange.resource != &exchange.stored) {
    auto made = scale_item(exchange, item);
    if (!made) return std::move(made).error();
    scale = std::move(*made);
  }
  auto body = render_item(exchange, scale ? *scale : item);
  if (!body) return std::move(body).error();
  return make_response(exchange.http, exchange.form, status, std::move(*body));
}

}  // namespace annex::handlers
