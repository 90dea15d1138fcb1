// The documents by which clients learn what a server serves: prepared once, answered at once.
#pragma once

#include <future>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/registry/resource.h"
#include "annex/schema/openapi.h"
#include "annex/util/bytes.h"
#include "annex/util/clock.h"

namespace annex::discovery {

struct OpenApiInfo;

/// What the documents tell that the registry does not know.
struct DocumentsOptions {
  std::string title = "annex";  ///< of the OpenAPI documents
  /// Of the server, such as "1.2.3" or "v1.2.3"; clients parse it. Other texts are told as v0.0.0.
  std::string version = "0.1.0";
  std::string server_address{};      ///< "host:port", told in the group list if not empty
  std::vector<std::string> paths{};  ///< further paths that `/` lists
  std::string api_version{};         ///< of the OpenAPI documents; empty: the server's
};

/// A name that two different types share would make documents wrong: kInvalid, naming it. To be
/// asked once, before Documents are made.
Result<void> check_type_names(const registry::Registry& registry);

/// Discovery, version and OpenAPI documents of a registry. Immutable: any thread, also an IO
/// thread, as bytes are shared and nothing blocks, but for OpenAPI in the first milliseconds: these
/// documents are most of the work and nobody's first question, so a thread of their own makes them
/// meanwhile.
class Documents {
 public:
  /// `clock` outlives the documents; `registry` may go once `wait` has returned.
  Documents(const registry::Registry& registry, const DocumentsOptions& options,
            const util::Clock& clock);

  /// The answer to a request for one of the documents: 200 or 304, never a redirection; or
  /// kMethodNotAllowed, kNotAcceptable, kNotFound (below a group that is served, or an OpenAPI
  /// document). Nothing if the path is none of theirs.
  std::optional<Result<http::Response>> answer(const http::Request& request) const;
  /// `{"paths":[...]}`, the body of `/` and, upstream, of a 404 for an unknown path.
  std::string_view paths() const { return paths_.view(); }
  /// Returns once the OpenAPI documents are made.
  void wait() const { openapi_.wait(); }

 private:
  /// A discovery document in every form.
  struct Forms {
    util::Bytes compact{};  ///< ends with a newline
    util::Bytes pretty{};
    util::Bytes yaml{};
    util::Bytes proto{};
  };
  struct Aggregated {
    Forms forms{};
    std::string etag{};  ///< quoted
  };
  struct OpenApi {
    util::Bytes text{};
    util::Bytes proto{};
    util::Bytes text_packed{};  ///< gzip; empty if not offered
    util::Bytes proto_packed{};
    std::string etag{};  ///< quoted; that of the JSON form for all forms
  };

  struct OpenApiSet {
    OpenApi v2{};
    OpenApi v3_index{};
    std::map<std::string, OpenApi> v3{};  ///< by "apis/<group>/<version>"
  };

  static Forms prepare(const json::Value& document);
  static OpenApi prepare_openapi(const json::Value& document);
  static OpenApi prepare_openapi(const json::Value& document, schema::OpenApiVersion version);
  static OpenApiSet prepare_openapi(const registry::Registry& registry, const OpenApiInfo& info);

  Result<http::Response> version(const http::Request& request) const;
  Result<http::Response> discovery(const http::Request& request, const Forms& document) const;
  /// The answer in an aggregated form, if a clause asks for one.
  std::optional<http::Response> aggregated(const http::Request& request) const;
  Result<http::Response> openapi(const http::Request& request) const;
  Result<http::Response> openapi_form(const http::Request& request, std::string_view version,
                                      const OpenApi& document) const;
  Result<http::Response> openapi_v3(const http::Request& request, const std::string& key) const;
  /// 200 or 304 for a document that does not change as long as the server runs.
  http::Response conditional(const http::Request& request, std::string_view type,
                             const util::Bytes& body, const std::string& etag) const;

  const util::Clock& clock_;
  const util::WallTime prepared_;
  util::Bytes paths_;
  util::Bytes version_;
  std::map<std::string, Forms, std::less<>> legacy_;  ///< by path
  std::map<std::string, Aggregated> aggregated_;      ///< by version of the form
  std::shared_future<OpenApiSet> openapi_;
};

}  // namespace annex::discovery
