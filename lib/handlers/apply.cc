#include "handlers/apply.h"

#include <utility>

#include "handlers/body.h"
#include "registry/field_manager.h"

namespace annex::handlers {
namespace {

constexpr std::size_t kMaxManager = 128;

/// How many bytes the character at the start of `text` has; 1 for what is no UTF-8.
std::size_t character_bytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  std::size_t bytes = 1;
  if (first >= 0xF0) {
    bytes = 4;
  } else if (first >= 0xE0) {
    bytes = 3;
  } else if (first >= 0xC0) {
    bytes = 2;
  }
  return bytes <= text.size() ? bytes : 1;
}

/// The client's name in its User-Agent, as far as it is printable and fits.
std::string agent_name(std::string_view agent) {
  agent = agent.substr(0, agent.find('/'));
  std::string name;
  while (!agent.empty()) {
    const std::size_t bytes = character_bytes(agent);
    const auto first = static_cast<unsigned char>(agent.front());
    const bool printable = bytes > 1 || (first >= 0x20 && first < 0x7F);
    if (printable) {
      if (name.size() + bytes > kMaxManager) break;
      name += agent.substr(0, bytes);
    }
    agent.remove_prefix(bytes);
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
  auto document = json::read_yaml(exchange_.http.body.view());
  if (!document) {
    return Error::bad_request("error encoding patch: error converting YAML to JSON: " +
                              document.error().message);
  }
  config_ = std::move(*document);
  return {};
}

Result<json::Value> ApplyPatch::apply(const json::Value* live) {
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
    const std::string problems = "error converting YAML to JSON: yaml: unmarshal errors:\n  " +
                                 join(config_.duplicates, "\n  ");
    if (options_.field_validation == FieldValidation::kStrict) {
      return Error::bad_request("error strict decoding patch: " + problems);
    }
    exchange_.warn({problems});
  }
  const std::string& uid = object->at_string({"metadata", "uid"});
  if (live != nullptr || uid.empty()) {
    if (auto done = match_namespace(exchange_, *object); !done) return std::move(done).error();
    if (auto done = match_name(exchange_, *object); !done) return std::move(done).error();
  }
  return object;
}

}  // namespace annex::handlers
