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

std::string list_head(const std::string& kind, const std::string& api_version,
                      const ListMeta& meta) {
  return "{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + api_version +
         "\",\"metadata\":" + list_meta_text(meta) + ",\"items\":[";
}

Result<TableMaker> table_maker(const Exchange& exchange) {
  auto include = read_include_object(exchange.http.target.query);
  if (!include) return std::move(include).error();
  return TableMaker{exchange.resource, exchange.version, exchange.codec(), *include,
                    exchange.form.meta_version};
}

Result<util::Chunks> render_table(const Exchange& exchange,
                                  const std::vector<const registry::Item*>& items,
                                  const ListMeta& meta) {
  auto maker = table_maker(exchange);
  if (!maker) return std::move(maker).error();
  static const util::Bytes kComma = util::Bytes::literal(",");
  util::Chunks out(maker->begin(meta, true));
  const util::WallTime now = exchange.clock.wall_now();
  bool first = true;
  for (const registry::Item* item : items) {
    auto row = maker->row(*item, item->revision, now);
    if (!row) return row;
    if (!first) out.append(kComma);
    first = false;
    out.append(std::move(*row));
  }
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
  if (form.shape == Shape::kTable) return render_table(exchange, {&item}, {item.revision, {}, {}});
  auto frame = exchange.codec().frame(item, exchange.version);
  if (!frame) return std::move(frame).error();
  util::Chunks out;
  if (form.shape == Shape::kPartial) {
    frame->append_partial(item.revision, "meta.k8s.io/" + form.meta_version, out);
  } else {
    frame->append_object(item.revision, true, out);
  }
  return out;
}

std::string list_begin(const Exchange& exchange, const ListMeta& meta) {
  if (exchange.form.shape == Shape::kPartialList) {
    return list_head("PartialObjectMetadataList", "meta.k8s.io/" + exchange.form.meta_version,
                     meta);
  }
  return list_head(exchange.resource.list_kind_or_default(),
                   exchange.resource.api_version(exchange.version), meta);
}

std::optional<std::string> partial_items_version(const Exchange& exchange) {
  if (exchange.form.shape != Shape::kPartialList) return std::nullopt;
  return "meta.k8s.io/" + exchange.form.meta_version;
}

void append_list_item(const registry::Frame& frame, storage::Revision revision,
                      const std::optional<std::string>& partial_version, bool is_first,
                      util::Chunks& out) {
  static const util::Bytes kComma = util::Bytes::literal(",");
  if (!is_first) out.append(kComma);
  if (partial_version) {
    frame.append_partial(revision, *partial_version, out);
  } else {
    frame.append_object(revision, false, out);
  }
}

Result<util::Chunks> render_list(const Exchange& exchange,
                                 const std::vector<registry::ItemPtr>& items,
                                 const ListMeta& meta) {
  const Form& form = exchange.form;
  if (form.shape == Shape::kPartial) {
    return not_acceptable(
        "you requested PartialObjectMetadata, but the requested object is a list (" +
        type_text(exchange, true) + ")");
  }
  if (form.shape == Shape::kTable) {
    std::vector<const registry::Item*> pointers;
    pointers.reserve(items.size());
    for (const registry::ItemPtr& item : items) pointers.push_back(item.get());
    return render_table(exchange, pointers, meta);
  }
  const std::optional<std::string> partial_version = partial_items_version(exchange);
  util::Chunks out(list_begin(exchange, meta));
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto frame = exchange.codec().frame(*items[i], exchange.version);
    if (!frame) return std::move(frame).error();
    append_list_item(*frame, items[i]->revision, partial_version, i == 0, out);
  }
  out.append(util::Bytes::literal("]}"));
  return out;
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
