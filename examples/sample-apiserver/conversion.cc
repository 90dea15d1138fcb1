#include "conversion.h"

#include <utility>

namespace wardle {

v1beta1::Flunder to_hub(v1alpha1::Flunder flunder) {
  v1beta1::Flunder hub;
  hub.metadata = std::move(flunder.metadata);
  const std::string type = flunder.spec.reference_type.value_or("");
  if (type == "Flunder") {
    hub.spec.reference_type = type;
    hub.spec.flunder_reference = flunder.spec.reference;
  } else if (type == "Fischer") {
    hub.spec.reference_type = type;
    hub.spec.fischer_reference = flunder.spec.reference;
  }
  return hub;
}

v1alpha1::Flunder from_hub(v1beta1::Flunder hub) {
  v1alpha1::Flunder flunder;
  flunder.metadata = std::move(hub.metadata);
  if (hub.spec.reference_type == "Flunder") {
    flunder.spec.reference_type = hub.spec.reference_type;
    flunder.spec.reference = hub.spec.flunder_reference;
  } else if (hub.spec.reference_type == "Fischer") {
    flunder.spec.reference_type = hub.spec.reference_type;
    flunder.spec.reference = hub.spec.fischer_reference;
  }
  return flunder;
}

}  // namespace wardle
