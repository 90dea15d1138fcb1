// wardle.example.com/v1beta1: a reference of its own for each kind; also the hub of conversions.
#pragma once

#include <annex/annex.h>

#include <string>

namespace wardle::v1beta1 {

struct FlunderSpec {
  std::string flunder_reference;
  std::string fischer_reference;
  std::string reference_type;
  friend void describe(annex::schema::Object<FlunderSpec>& spec) {
    spec.description("FlunderSpec is the specification of a Flunder.");
    spec.field<&FlunderSpec::flunder_reference>("flunderReference", "A name of another flunder.");
    spec.field<&FlunderSpec::fischer_reference>("fischerReference", "A name of a fischer.");
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

}  // namespace wardle::v1beta1
