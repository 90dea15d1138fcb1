#include "handlers/watch_render.h"

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/meta/status.h"
#include "annex/registry/watch_cache.h"
#include "meta/protobuf.h"

namespace annex::handlers {

Result<util::Chunks> WatchRender::frame(std::string_view type, util::Chunks object) const {
  if (form_.media == request::Media::kProtobuf) {
    const Result<json::Value> value = json::parse(object.join());
    if (!value) return value.error();
    std::optional<std::string> encoded = meta::to_protobuf_event(type, *value);
    if (!encoded) return Error::internal("the event has no protobuf form");
    return util::Chunks(std::move(*encoded));
  }
  util::Chunks out("{\"type\":\"" + std::string(type) + "\",\"object\":");
  out.append(std::move(object));
  out.append(util::Bytes::literal("}\n"));
  return out;
}

Result<util::Chunks> WatchRender::event(std::string_view type, const registry::Item& item,
                                        storage::Revision revision, util::WallTime now) {
  util::Chunks object;
  if (form_.shape == Shape::kTable) {
    object.append(table_.begin({revision, {}, {}}, take_first()));
    auto row = table_.row(item, revision, now);
    if (!row) return row;
    object.append(std::move(*row));
    object.append(util::Bytes::literal("]}"));
    return frame(type, std::move(object));
  }
  auto parts = table_.codec.frame(item, table_.version);
  if (!parts) return std::move(parts).error();
  if (form_.shape == Shape::kPartial) {
    parts->append_partial(revision, "meta.k8s.io/" + form_.meta_version, object);
  } else {
    parts->append_object(revision, true, object);
  }
  return frame(type, std::move(object));
}

Result<util::Chunks> WatchRender::shared_event(std::string_view type,
                                               const registry::CacheEvent& change,
                                               const registry::Item& item, util::WallTime now) {
  // A table's cells may say how old something is, so they are made for each watch.
  if (form_.shape == Shape::kTable) return event(type, item, change.revision(), now);
  const std::string form = std::string(type) + ' ' + table_.version.name +
                           (form_.shape == Shape::kPartial ? " " + form_.meta_version : "") +
                           (form_.media == request::Media::kProtobuf ? " protobuf" : "");
  std::optional<Error> failure;
  util::Bytes text = change.text(form, [&]() -> util::Bytes {
    auto made = event(type, item, change.revision(), now);
    if (made) return util::Bytes(made->join());
    failure = std::move(made).error();
    return {};
  });
  if (text.empty()) return failure ? *failure : Error::internal("the event cannot be encoded");
  return util::Chunks(std::move(text));
}

Result<util::Chunks> WatchRender::bookmark(storage::Revision revision, bool initial_events_end) {
  const std::string metadata =
      "\"metadata\":{\"resourceVersion\":\"" + std::to_string(revision) + "\"" +
      (initial_events_end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "") + "}";
  const std::string partial = R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/)" +
                              form_.meta_version + "\"," + metadata + "}";
  std::string object;
  if (form_.shape == Shape::kTable) {
    const std::size_t own = table_.resource.strategy.columns.size();
    json::Array cells(own == 0 ? 2 : own);
    object = table_.begin({revision, {}, {}}, take_first()) + "{\"cells\":" + json::write(cells) +
             ",\"object\":" + partial + "}]}";
  } else if (form_.shape == Shape::kPartial) {
    object = partial;
  } else {
    object = "{\"kind\":\"" + table_.resource.kind + "\",\"apiVersion\":\"" +
             table_.resource.api_version(table_.version) + "\"," + metadata + "}";
  }
  return frame("BOOKMARK", util::Chunks(std::move(object)));
}

util::Chunks WatchRender::error(const Error& error) const {
  auto made = frame("ERROR", util::Chunks(json::write(meta::status_json(error))));
  return made ? std::move(*made) : util::Chunks();
}

}  // namespace annex::handlers
