// same_fields: a struct of one version out of another's, as far as they are alike.
#pragma once

#include "annex/schema/codec.h"

namespace annex::schema {

/// A `To` with each member of `from` that has the same JSON name and shape in both; the others keep
/// their initialisers. What a conversion begins with: it then sets what differs. Any thread.
template <typename To, typename From>
To same_fields(const From& from) {
  To to{};
  // A member of another shape is left as it is, or partly set; the rest is taken over all the same.
  static_cast<void>(Codec<To>::decode(Codec<From>::encode(from), to));
  return to;
}

}  // namespace annex::schema
