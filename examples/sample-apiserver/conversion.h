// Between wardle's versions.
#pragma once

#include "v1alpha1.h"
#include "v1beta1.h"

namespace wardle {

/// A reference without a type that v1alpha1 knows is dropped, as upstream's sample does.
v1beta1::Flunder to_hub(v1alpha1::Flunder flunder);
v1alpha1::Flunder from_hub(v1beta1::Flunder hub);

}  // namespace wardle
