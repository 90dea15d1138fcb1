// Subresource: a part of an object's path that a program answers itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/json/value.h"
#include "annex/registry/item.h"
#include "annex/request/context.h"
#include "annex/util/result.h"

namespace annex::registry {

/// A request for a subresource of an object that exists. Refers to it; lives as long as the call.
struct SubresourceCall {
  const request::Context& context;  ///< who asks, until when
  const http::Request& http;        ///< as it came
  const ObjectKey& key;             ///< of the object
  const json::Value& object;        ///< in the hub form, as it is at this moment
};

/// A part of an object's path that a program serves by a function.
struct Subresource {
  std::string name{};  ///< the path's last part
  /// Of get, create, update, patch and delete: which methods are answered, and what callers need to
  /// be allowed.
  std::vector<std::string> verbs = {"get"};
  /// Hands the connection over: what `serve` gives is an upgrade, which is spoken over WebSocket.
  bool connects = false;
  /// Called from many threads at once; may block.
  std::function<Result<http::Response>(const SubresourceCall& call)> serve{};
};

}  // namespace annex::registry
