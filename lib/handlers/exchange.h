// Exchange: one request under way through its verb.
#pragma once

#include <string>

#include "annex/handlers/handlers.h"
#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/registry/backend.h"
#include "annex/registry/resource.h"
#include "annex/registry/writes.h"
#include "annex/request/context.h"
#include "annex/util/clock.h"
#include "annex/util/random.h"
#include "annex/util/result.h"
#include "annex/util/task.h"
#include "handlers/negotiation.h"

namespace annex::handlers {

struct WriteOptions;

/// Lives in the frame of the coroutine that serves the request.
struct Exchange {
  const http::Request& http;
  request::Context& context;
  /// What bodies and answers are; for the scale subresource that is Scale, and `stored` another.
  const registry::Resource& resource;
  const registry::Version& version;
  const registry::Codec& form_codec;  ///< of `resource`
  const registry::Resource& stored;   ///< whose objects are read and written
  registry::Backend& backend;         ///< of `stored`
  const util::Clock& clock;
  util::Random& random;
  util::Logger& logger;
  const HandlersOptions& options;
  Form form{};  ///< what is accepted, transforms included

  const registry::Codec& codec() const { return form_codec; }
  registry::ObjectKey key() const { return {context.info.name_space, context.info.name}; }
  registry::Writes writes() const { return {stored, backend, clock, random}; }
  /// What a write needs to know; the deadline is the earlier of the request's and the limit's.
  registry::WriteRequest write_request(bool dry_run, json::Value options_document) const;
  /// Who writes, by the options or by the client's name in its User-Agent.
  registry::FieldWriter field_writer(const WriteOptions& write_options) const;
  void warn(const std::vector<std::string>& texts) const {
    for (const std::string& text : texts) context.warnings.add(text);
  }
};

/// One function a verb; those that write may wait for the store. An error becomes its Status.
util::Task<Result<http::Response>> serve_create(Exchange& exchange);
Result<http::Response> serve_get(Exchange& exchange);
Result<http::Response> serve_list(Exchange& exchange);
Result<http::Response> serve_watch(Exchange& exchange);
util::Task<Result<http::Response>> serve_update(Exchange& exchange);
util::Task<Result<http::Response>> serve_patch(Exchange& exchange);
util::Task<Result<http::Response>> serve_remove(Exchange& exchange);
util::Task<Result<http::Response>> serve_remove_collection(Exchange& exchange);

}  // namespace annex::handlers
