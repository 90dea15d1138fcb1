// What a request says of the form of its answer, as go-restful and apimachinery read it.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

#include "annex/http/media_type.h"
#include "annex/http/request.h"
#include "annex/util/result.h"

namespace annex::request {

/// The forms of documents, in the order in which each clause of Accept is tried against them.
enum class Media { kJson, kYaml, kProtobuf };
inline constexpr std::array kMedia{Media::kJson, Media::kYaml, Media::kProtobuf};
/// "application/json"...
std::string_view media_type(Media media);

/// kNotAcceptable unless a clause of Accept is one of `produced`, its parameters aside, or `*/*`.
/// Before all further negotiation (go-restful's Route.matchesAccept): `application/*` does not do.
Result<void> check_producible(const http::Request& request,
                              std::initializer_list<std::string_view> produced);

/// True for what humans read: asked for by `clause` (may be null) or `pretty=true`, or, if the
/// query says nothing, read by a browser or curl.
bool wants_pretty(const http::Request& request, const http::MediaType* clause);

}  // namespace annex::request
