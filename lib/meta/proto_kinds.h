// The kinds of apimachinery that have a form in protocol buffers.
#pragma once

#include <string_view>

#include "meta/proto_message.h"

namespace annex::meta {

/// The message of a kind; null if it has none. Users' kinds never have one, whatever their name.
const ProtoMessage* proto_kind(std::string_view api_version, std::string_view kind);

extern const ProtoMessage kProtoDeleteOptions;
/// The envelope (runtime.Unknown) and what it says of its content (runtime.TypeMeta).
extern const ProtoMessage kProtoTypeMeta;

}  // namespace annex::meta
