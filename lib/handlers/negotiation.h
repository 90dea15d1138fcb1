// Which form of answer a request accepts.
#pragma once

#include <string>

#include "annex/http/request.h"
#include "annex/util/result.h"
#include "request/accept.h"

namespace annex::handlers {

/// What an answer's objects are turned into.
enum class Shape { kObject, kTable, kPartial, kPartialList };

struct Form {
  request::Media media = request::Media::kJson;
  bool pretty = false;  ///< JSON only
  Shape shape = Shape::kObject;
  std::string meta_version = "v1";  ///< of meta.k8s.io, for shapes other than kObject
};

enum class Offer {
  kPlain,       ///< no transforms: errors and Status objects
  kTransforms,  ///< Table and partial metadata, too
  kRemoval,     ///< transforms, of an object or of a Status
  kWatch,       ///< transforms, as a stream
};

/// The form for the request's Accept (spec: negotiate.go of upstream). kNotAcceptable. Protobuf is
/// offered for what has it: a Status and partial metadata, no user's kind.
Result<Form> negotiate(const http::Request& request, Offer offer);

}  // namespace annex::handlers
