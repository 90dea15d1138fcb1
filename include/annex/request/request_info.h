// What a request asks for, read off its method, path and query.
#pragma once

#include <string>
#include <vector>

#include "annex/http/request.h"
#include "annex/util/result.h"

namespace annex::request {

/// The attributes by which a request is authorized, audited and routed (upstream's
/// `endpoints/request/requestinfo.go`). A value; members that do not apply are empty.
struct RequestInfo {
  bool is_resource = false;  ///< false: a path of another kind
  std::string path{};        ///< decoded, as received
  std::string verb{};        ///< "get", "deletecollection"...; the lower-case method if no resource
  std::string group{};       ///< empty: the core group
  std::string version{};     ///< "v1"
  std::string name_space{};  ///< empty: none, or all
  std::string resource{};    ///< the plural
  std::string subresource{};     ///< empty: the object itself
  std::string name{};            ///< empty: a collection
  std::string label_selector{};  ///< raw; list, watch and deletecollection only
  std::string field_selector{};  ///< raw; list, watch and deletecollection only
  /// True for the path prefix forms `/watch/...` and `/proxy/...`.
  bool verb_in_path = false;
  /// The resource, name, subresource and what follows; empty if no resource.
  std::vector<std::string> parts{};
};

/// Reads the attributes. kUnknown (500) for a path that ends after `watch` or `proxy`.
Result<RequestInfo> resolve(const http::Request& request);

/// A query's boolean: absent is false; `0` and `false` in any case are false; all else is true.
bool query_flag(const http::Query& query, std::string_view name);

}  // namespace annex::request
