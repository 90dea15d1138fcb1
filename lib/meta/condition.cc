#include "annex/meta/condition.h"

namespace annex::meta {

void describe(schema::Object<Condition>& condition) {
  condition.description("One aspect of the object's state.");
  condition.field<&Condition::type>("type", "Which aspect, in CamelCase.").required();
  condition.field<&Condition::status>("status", "True, False or Unknown.")
      .required()
      .pattern("^(True|False|Unknown)$");
  condition
      .field<&Condition::observed_generation>("observedGeneration",
                                              "The metadata.generation that was looked at.")
      .minimum(0);
  condition
      .field<&Condition::last_transition_time>("lastTransitionTime",
                                               "When the status last changed.")
      .required();
  condition.field<&Condition::reason>("reason", "Why, as one word in CamelCase.")
      .required()
      .min_length(1)
      .max_length(1024);
  condition.field<&Condition::message>("message", "Why, as a sentence.")
      .required()
      .max_length(32768);
}

}  // namespace annex::meta
