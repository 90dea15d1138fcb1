#include "handlers/apply.h"

#include <algorithm>
#include <utility>

#include "handlers/body.h"
#include "json/utf8.h"
#include "registry/field_manager.h"

namespace annex::handlers {
namespace {

constexpr std::size_t kMaxManager = 128;

/// The client's name in its User-Agent, as far as it is printable and fits.
std::string agent_name(std::string_view agent) {
  agent = agent.substr(0, agent.find('/'));
  std::string name;
  for (std::size_t at = 0; at < agent.size();) {
    const std::size_t bytes = json::utf8_length(agent, at);
    const auto first = static_cast<unsigned char>(agent[at]);
    // As Go reads text: a byte that is none is one replacement character.
    const std::string_view letter = bytes == 0 ? "\xEF\xBF\xBD" : agent.substr(at, bytes);
    at += std::max<std::size_t>(bytes, 1);
    if (bytes == 1 && (first < 0x20 || first == 0x7F)) continue;
    if (name.size() + letter.size() > kMaxManager) break;
    name += letter;
  }
  return name;
}

}  // namespace

registry::FieldWriter Exchange::field_writer(const WriteOptions& write_options) const {
  registry::FieldWriter writer;
  writer.codec = &form_codec;
  writer.version = &version;
  if (context.info.subresource == "scale")
    writer.parent = stored.find_version(context.info.version);
  writer.manager = write_options.field_manager.empty()
                       ? agent_name(http.headers.first("User-Agent").value_or(""))
                       : write_options.field_manager;
  return writer;
}

Result<void> ApplyPatch::read() {
  const std::string_view body = exchange_.http.body.view();
  auto document = json::read_yaml(body);
  if (document) {
    config_ = std::move(*document);
    return {};
  }
  const std::size_t start = body.find_first_not_of(" \t\r\n");
  // As upstream, which takes what begins like JSON for it until it is applied.
  if (start == std::string_view::npos || body[start] != '{') {
    return Error::bad_request("error encoding patch: error converting YAML to JSON: " +
                              document.error().message);
  }
  unreadable_ = Error::bad_request("error decoding patch: " + document.error().message);
  return {};
}

Result<json::Value> ApplyPatch::apply(const json::Value* live) {
  if (unreadable_) return *unreadable_;
  json::Value config = config_.value;
  if (config.is_null()) config = json::Object();
  if (!config.is_object()) {
    return Error::bad_request(
        "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot "
        "unmarshal " +
        std::string(config.type_name()) + " into Go value of type map[string]interface {}");
  }
  const registry::FieldManager fields(writer_, exchange_.context.info.subresource,
                                      exchange_.clock.wall_now());
  auto object = fields.apply(live, config, options_.force);
  if (!object) return object;
  if (options_.field_validation != FieldValidation::kIgnore && !config_.duplicates.empty()) {
    if (options_.field_validation == FieldValidation::kStrict) {
      return Error::bad_request(
          "error strict decoding patch: error converting YAML to JSON: yaml: unmarshal errors:\n "
          " " +
          join(config_.duplicates, "\n  "));
    }
    exchange_.warn(config_.duplicates);
  }
  const std::string& uid = object->at_string({"metadata", "uid"});
  if (live != nullptr || uid.empty()) {
    if (auto done = match_namespace(exchange_, *object); !done) return std::move(done).error();
    if (auto done = match_name(exchange_, *object); !done) return std::move(done).error();
  }
  return object;
}

}  // namespace annex::handlers
