// Server-side apply: a patch that says what its sender wants to own.
#pragma once

#include <optional>

#include "annex/json/read.h"
#include "annex/registry/writes.h"
#include "annex/util/result.h"
#include "handlers/exchange.h"
#include "handlers/options.h"

namespace annex::handlers {

inline constexpr std::string_view kApplyPatchType = "application/apply-patch+yaml";

/// The configuration in the request's body, merged into whatever the live object is. Lives for one
/// request.
class ApplyPatch final : public registry::Transform {
 public:
  /// `writer` is who applies, and must outlive it.
  ApplyPatch(Exchange& exchange, const WriteOptions& options, const registry::FieldWriter& writer)
      : exchange_(exchange), options_(options), writer_(writer) {}

  /// BadRequest for a body that is no YAML and no JSON.
  Result<void> read();
  Result<json::Value> apply(const json::Value* live) override;

 private:
  Exchange& exchange_;
  const WriteOptions& options_;
  const registry::FieldWriter& writer_;
  json::Document config_{};
  std::optional<Error> unreadable_{};  ///< told only once the object is known
};

}  // namespace annex::handlers
