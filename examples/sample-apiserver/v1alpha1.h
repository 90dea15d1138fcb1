// wardle.example.com/v1alpha1: one reference whose type says what it refers to.
#pragma once

#include <annex/annex.h>

#include <optional>
#include <string>
#include <vector>

namespace wardle::v1alpha1 {

struct FlunderSpec {
  std::string reference;
  std::optional<std::string> reference_type;
  friend void describe(annex::schema::Object<FlunderSpec>& spec) {
    spec.description("FlunderSpec is the specification of a Flunder.");
    spec.field<&FlunderSpec::reference>("reference", "A name of another flunder or fischer.");
    spec.field<&FlunderSpec::reference_type>("referenceType", "Flunder or Fischer.");
  }
};

struct FlunderStatus {
  friend void describe(annex::schema::Object<FlunderStatus>& status) {
    status.description("FlunderStatus is the status of a Flunder.");
  }
};

struct Flunder {
  annex::meta::ObjectMeta metadata;
  FlunderSpec spec;
  FlunderStatus status;
  friend void describe(annex::schema::Object<Flunder>& flunder) {
    flunder.description("Flunder is an example type with a spec and a status.");
    flunder.field<&Flunder::metadata>("metadata", "Standard object metadata.");
    flunder.field<&Flunder::spec>("spec", "What is wanted.").defaulted();
    flunder.field<&Flunder::status>("status", "What is.").defaulted();
  }
};

struct Fischer {
  annex::meta::ObjectMeta metadata;
  std::vector<std::string> disallowed_flunders;
  friend void describe(annex::schema::Object<Fischer>& fischer) {
    fischer.description("Fischer is an example type with a list of disallowed names.");
    fischer.field<&Fischer::metadata>("metadata", "Standard object metadata.");
    fischer.field<&Fischer::disallowed_flunders>("disallowedFlunders",
                                                 "Names that flunders may not have.");
  }
};

}  // namespace wardle::v1alpha1
