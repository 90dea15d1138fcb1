#include "annex/registry/codec.h"

#include "annex/json/read.h"
#include "registry/object.h"

namespace annex::registry {
namespace {

/// What frames of versions other than the stored one may take in sum, for each resource.
constexpr std::size_t kMaxKeptBytes = 32U << 20U;

void drop_type(json::Value& object) {
  object.as_object().erase("kind");
  object.as_object().erase("apiVersion");
}

/// An empty list of managers asks that they be forgotten, as one empty manager does: only that is
/// more than nothing once empty lists are left out.
void keep_reset(json::Value& document) {
  json::Value* metadata = document.find("metadata");
  json::Value* managers = metadata == nullptr ? nullptr : metadata->find("managedFields");
  if (managers != nullptr && managers->is_array() && managers->as_array().empty()) {
    managers->as_array().emplace_back(json::Object());
  }
}

/// Who set which field goes around conversions and defaults: none of them has to do with it, and it
/// is often the larger part of an object. They are in normal form already. Null if there is
/// nothing.
json::Value take_managers(json::Value& document) {
  json::Value* metadata = document.find("metadata");
  json::Value* managers = metadata == nullptr ? nullptr : metadata->find("managedFields");
  if (managers == nullptr) return {};
  json::Value taken = std::move(*managers);
  metadata->as_object().erase("managedFields");
  if (taken.is_array() && taken.as_array().empty()) return {};
  return taken;
}

void give_managers(json::Value& document, json::Value managers) {
  if (!managers.is_null()) set_meta(document, "managedFields", std::move(managers));
}

/// The version's default hook, if there is one. True if it changed the document.
bool fill_defaults(const Strategy& strategy, const Version& version, json::Value& document) {
  if (!strategy.default_object) return false;
  json::Value managers = take_managers(document);
  const bool changed = strategy.default_object(version.name, document);
  give_managers(document, std::move(managers));
  return changed;
}

Error undecodable(const std::string& key, const std::string& why) {
  return Error::internal("unable to decode the stored object \"" + key + "\": " + why);
}

std::string_view version_part(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
}

}  // namespace

Result<json::Value> Codec::decode(const Version& version, json::Value document,
                                  schema::NormalizeReport& report) const {
  if (!document.is_object()) {
    return Error::bad_request("json: cannot unmarshal " + std::string(document.type_name()) +
                              " into an object of kind " + resource_.kind);
  }
  drop_type(document);
  keep_reset(document);
  auto done = schema::normalize(*resource_.types, version.type, document, report);
  if (!done) return std::move(done).error();
  fill_defaults(resource_.strategy, version, document);
  Result<json::Value> hub = to_hub(version, std::move(document));
  if (hub) metadata(*hub);
  return hub;
}

Result<json::Value> Codec::to_hub(const Version& version, json::Value document) const {
  if (!version.to_hub) return document;
  json::Value managers = take_managers(document);
  Result<json::Value> hub = version.to_hub(std::move(document));
  if (!hub) return hub;
  schema::NormalizeReport ignored;
  auto done = schema::normalize(*resource_.types, resource_.hub_type, *hub, ignored);
  if (!done) return std::move(done).error();
  give_managers(*hub, std::move(managers));
  return hub;
}

Result<json::Value> Codec::bare(const Version& version, json::Value hub) const {
  json::Value document = std::move(hub);
  json::Value managers = take_managers(document);
  if (version.from_hub) {
    Result<json::Value> converted = version.from_hub(std::move(document));
    if (!converted) return converted;
    document = std::move(*converted);
  }
  drop_type(document);
  schema::NormalizeReport ignored;
  auto done = schema::normalize(*resource_.types, version.type, document, ignored);
  if (!done) return Error::internal(done.error().message);
  give_managers(document, std::move(managers));
  metadata(document).erase("resourceVersion");
  return document;
}

Result<json::Value> Codec::to_version(const Version& version, json::Value hub) const {
  Result<json::Value> document = bare(version, std::move(hub));
  if (!document) return document;
  json::Object object;
  object.reserve(document->as_object().size() + 2);
  object.append("kind", resource_.kind);
  object.append("apiVersion", resource_.api_version(version));
  object.append("metadata", std::move(document->as_object()["metadata"]));
  for (json::Member& member : document->as_object()) {
    if (member.name != "metadata") object.append(std::move(member.name), std::move(member.value));
  }
  return json::Value(std::move(object));
}

Result<FramedText> Codec::encode(const Version& version, const json::Value& hub) const {
  Result<json::Value> document = bare(version, hub);
  if (!document) return std::move(document).error();
  return write_counted(version, *document);
}

FramedText Codec::write_counted(const Version& version, const json::Value& document) const {
  encodings_.fetch_add(1, std::memory_order_relaxed);
  return write_framed(resource_.kind, resource_.api_version(version), document);
}

std::shared_ptr<Item> Codec::item_of(const std::string& key, FramedText framed,
                                     const Version& version) {
  auto item = std::make_shared<Item>();
  item->key = key;
  item->text = std::move(framed.text);
  item->cuts = framed.cuts;
  item->version = version.name;
  return item;
}

void Codec::fill_selectable(Item& item, const json::Value& hub) const {
  const json::Value* labels = metadata(hub).find("labels");
  if (labels != nullptr && labels->is_object()) {
    for (const json::Member& label : labels->as_object()) {
      if (label.value.is_string()) item.labels.add(label.name, label.value.as_string());
    }
  }
  for (const SelectableField& field : resource_.strategy.selectable_fields) {
    item.fields.add(field.path, field.value(hub));
  }
}

Result<ItemPtr> Codec::make_item(const std::string& key, storage::Revision revision,
                                 const util::Bytes& stored) const {
  Result<json::Value> parsed = json::parse(stored.view());
  if (!parsed) return undecodable(key, parsed.error().message);
  if (!parsed->is_object()) return undecodable(key, "no object");
  const std::string api_version = parsed->at_string({"apiVersion"});
  const Version* version = resource_.find_version(version_part(api_version));
  if (version == nullptr) return undecodable(key, "unknown version \"" + api_version + "\"");

  drop_type(*parsed);
  json::Value document = *parsed;
  schema::NormalizeReport ignored;
  auto done = schema::normalize(*resource_.types, version->type, document, ignored);
  if (!done) return undecodable(key, done.error().message);
  fill_defaults(resource_.strategy, *version, document);

  std::shared_ptr<Item> item = item_of(key, {stored, find_frame(stored.view())}, *version);
  item->revision = revision;
  // What is shown has today's defaults; what was stored may be older than they are.
  const bool current = document == *parsed && !(item->cuts == FrameCuts());
  if (!current || !resource_.strategy.selectable_fields.empty()) {
    Result<json::Value> hub = to_hub(*version, document);
    if (!hub) return undecodable(key, hub.error().message);
    fill_selectable(*item, *hub);
    if (!current) {
      Result<FramedText> framed = encode(resource_.storage(), *hub);
      if (!framed) return undecodable(key, framed.error().message);
      item->text = std::move(framed->text);
      item->cuts = framed->cuts;
      item->version = resource_.storage().name;
    }
  } else {
    fill_selectable(*item, document);
  }
  return ItemPtr(std::move(item));
}

Result<ItemPtr> Codec::make_item(const std::string& key, storage::Revision revision,
                                 const json::Value& hub, const Version& version) const {
  Result<FramedText> framed = encode(version, hub);
  if (!framed) return std::move(framed).error();
  std::shared_ptr<Item> item = item_of(key, std::move(*framed), version);
  item->revision = revision;
  item->stored = false;
  fill_selectable(*item, hub);
  return ItemPtr(std::move(item));
}

Result<Draft> Codec::make_draft(const std::string& key, json::Value hub) const {
  const Version& version = resource_.storage();
  Result<json::Value> document = bare(version, std::move(hub));
  if (!document) return std::move(document).error();
  Draft draft;
  draft.item = item_of(key, write_counted(version, *document), version);
  // Nothing but the text is used of a draft that is not settled.
  draft.settled = !fill_defaults(resource_.strategy, version, *document);
  // What selectors see is what the text says, which need not be all that the hub form said.
  if (version.to_hub && !resource_.strategy.selectable_fields.empty()) {
    document = to_hub(version, std::move(*document));
    if (!document) return std::move(document).error();
  }
  fill_selectable(*draft.item, *document);
  return draft;
}

Result<json::Value> Codec::hub(const Item& item) const {
  Result<json::Value> document = json::parse(item.text.view());
  if (!document) return undecodable(item.key, document.error().message);
  schema::NormalizeReport ignored;
  const Version* version = resource_.find_version(item.version);
  Result<json::Value> object = decode(*version, std::move(*document), ignored);
  if (!object) return undecodable(item.key, object.error().message);
  if (item.revision != 0) {
    set_meta(*object, "resourceVersion", std::to_string(item.revision));
  }
  return object;
}

Result<Frame> Codec::frame(const Item& item, const Version& version) const {
  if (item.version == version.name) return item.frame();
  std::string id;
  if (item.stored) {
    id = version.name + ' ' + std::to_string(item.revision) + ' ' + item.key;
    util::MutexLock lock(mutex_);
    const auto found = index_.find(id);
    if (found != index_.end()) {
      kept_.splice(kept_.begin(), kept_, found->second);
      return found->second->frame;
    }
  }
  Result<json::Value> object = hub(item);
  if (!object) return std::move(object).error();
  Result<FramedText> framed = encode(version, *object);
  if (!framed) return std::move(framed).error();
  Frame frame = framed->frame();
  if (!item.stored) return frame;

  util::MutexLock lock(mutex_);
  if (index_.count(id) != 0) return frame;
  const std::size_t bytes = framed->text.size() + 2 * id.size() + sizeof(Kept);
  kept_.push_front({id, frame, bytes});
  index_.emplace(std::move(id), kept_.begin());
  kept_bytes_ += bytes;
  while (kept_bytes_ > kMaxKeptBytes && kept_.size() > 1) {
    kept_bytes_ -= kept_.back().bytes;
    index_.erase(kept_.back().id);
    kept_.pop_back();
  }
  return frame;
}

}  // namespace annex::registry
