// Bringing what code changed in a C++ struct back into the document that the struct came from.
#pragma once

#include "annex/json/value.h"
#include "annex/schema/type.h"

namespace annex::schema {

/// Changes `document`, of `type`, where `before` and `after` differ, and nowhere else: what a
/// struct cannot hold, such as an enum's undeclared text, stays. `before` and `after` are the
/// encoded struct before and after the change, `document` is what it was decoded from. An item of a
/// list that is a map is followed to its new place by its keys; one of another list if nothing in
/// it changed, or if it stays where it was. Any thread.
void carry_changes(const TypeTable& table, TypeId type, const json::Value& before,
                   const json::Value& after, json::Value& document);

}  // namespace annex::schema
