#include "annex/json/write.h"
#include "handlers/render.h"

namespace annex::handlers {
namespace {

const std::vector<registry::Column>& default_columns() {
  static const std::vector<registry::Column> kColumns{
      {"Name", "string", "name", "Name must be unique within a namespace.", 0},
      {"Created At", "date", "", "When the object was created.", 0}};
  return kColumns;
}

}  // namespace

Result<IncludeObject> read_include_object(const http::Query& query) {
  const std::string text(query.first("includeObject").value_or(""));
  if (text.empty() || text == "Metadata") return IncludeObject::kMetadata;
  if (text == "Object") return IncludeObject::kObject;
  if (text == "None") return IncludeObject::kNone;
  return Error::bad_request(
      "Unable to convert to Table as requested: includeObject: Invalid value: " +
      json::quoted(text) + ": must be 'Metadata', 'Object', 'None', or empty");
}

std::string TableMaker::columns() const {
  const auto& own = resource.strategy.columns;
  json::Array definitions;
  for (const registry::Column& column : own.empty() ? default_columns() : own) {
    json::Object definition;
    definition.append("name", column.name);
    definition.append("type", column.type);
    definition.append("format", column.format);
    definition.append("description", column.description);
    definition.append("priority", column.priority);
    definitions.emplace_back(std::move(definition));
  }
  return json::write(definitions);
}

std::string TableMaker::begin(const ListMeta& meta, bool with_columns) const {
  return "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/" + meta_version +
         "\",\"metadata\":" + list_meta_text(meta) +
         ",\"columnDefinitions\":" + (with_columns ? columns() : "null") + ",\"rows\":[";
}

Result<util::Chunks> TableMaker::row(const registry::Item& item, storage::Revision revision,
                                     util::WallTime now) const {
  auto hub = codec.hub(item);
  if (!hub) return std::move(hub).error();
  json::Array cells;
  if (resource.strategy.columns.empty()) {
    cells.emplace_back(item.name());
    cells.emplace_back(hub->at_string({"metadata", "creationTimestamp"}));
  } else {
    cells = resource.strategy.cells(*hub, now);
    cells.resize(resource.strategy.columns.size());
  }
  util::Chunks out("{\"cells\":" + json::write(cells) + ",\"object\":");
  if (include == IncludeObject::kNone) {
    out.append(util::Bytes::literal("null}"));
    return out;
  }
  auto frame = codec.frame(item, version);
  if (!frame) return std::move(frame).error();
  if (include == IncludeObject::kObject) {
    frame->append_object(revision, true, out);
  } else {
    frame->append_partial(revision, "meta.k8s.io/" + meta_version, out);
  }
  out.append(util::Bytes::literal("}"));
  return out;
}

}  // namespace annex::handlers
