#include "handlers/negotiation.h"

#include <optional>

#include "annex/http/media_type.h"

namespace annex::handlers {
namespace {

using request::Media;

constexpr std::string_view kMediaTypes =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf";
constexpr std::string_view kStreams =
    "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";

Error not_acceptable(std::string_view offered) {
  Error error;
  error.reason = Reason::kNotAcceptable;
  error.message = "only the following media types are accepted: " + std::string(offered);
  return error;
}

/// What the clause wants the object turned into; nothing if that is not on offer.
std::optional<Form> form_for(const http::MediaType& clause, Media media, Offer offer) {
  Form form;
  form.media = media;
  const std::string_view stream = clause.param("stream").value_or("");
  if (!stream.empty() && (stream != "watch" || media == Media::kYaml)) return std::nullopt;
  const std::string_view sv = clause.param("sv").value_or("");
  if (!sv.empty() && sv != "v1") return std::nullopt;
  const std::string_view as = clause.param("as").value_or("");
  const std::string_view group = clause.param("g").value_or("");
  const std::string_view version = clause.param("v").value_or("");
  const bool protobuf = media == Media::kProtobuf;
  if (as.empty() && group.empty() && version.empty()) {
    // Users' kinds have no such form, but a Status has.
    const bool maybe_status = offer == Offer::kPlain || offer == Offer::kRemoval;
    return protobuf && !maybe_status ? std::nullopt : std::optional(form);
  }
  if (offer == Offer::kPlain || as.empty()) return std::nullopt;
  if (group != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return std::nullopt;
  form.meta_version = version;
  if (as == "Table" && !protobuf) {
    form.shape = Shape::kTable;
  } else if (as == "PartialObjectMetadata") {
    form.shape = Shape::kPartial;
  } else if (as == "PartialObjectMetadataList" && !(protobuf && offer == Offer::kWatch)) {
    form.shape = Shape::kPartialList;
  } else {
    return std::nullopt;
  }
  return form;
}

}  // namespace

Result<Form> negotiate(const http::Request& request, Offer offer) {
  bool present = false;
  const auto clauses = http::accepted(request.headers, &present);
  if (clauses.empty() && !present) {
    Form form;
    form.pretty = offer != Offer::kWatch && request::wants_pretty(request, nullptr);
    return form;
  }
  for (const http::MediaType& clause : clauses) {
    for (const Media media : request::kMedia) {
      if (!clause.matches(request::media_type(media))) continue;
      std::optional<Form> form = form_for(clause, media, offer);
      if (!form) continue;
      // Chosen before it is asked whether it can stream.
      if (media == Media::kYaml && offer == Offer::kWatch) return not_acceptable(kStreams);
      form->pretty = media == Media::kJson && offer != Offer::kWatch &&
                     request::wants_pretty(request, &clause);
      return *std::move(form);
    }
  }
  return not_acceptable(kMediaTypes);
}

}  // namespace annex::handlers
