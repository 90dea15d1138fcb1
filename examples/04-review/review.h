// A review API: would the bakery take such an order, and for how much?
#pragma once

#include <annex/annex.h>

#include <cstdint>
#include <string>

namespace bakery {

// [types]
struct OfferSpec {
  std::string flour;
  std::int32_t loaves = 1;
  friend void describe(annex::schema::Object<OfferSpec>& spec) {
    spec.field<&OfferSpec::flour>("flour", "Kind of flour.").required().max_length(63);
    spec.field<&OfferSpec::loaves>("loaves", "How many are wanted.").defaulted().minimum(1);
  }
};

struct OfferStatus {
  bool accepted = false;
  std::string reason;
  std::int64_t cents = 0;
  friend void describe(annex::schema::Object<OfferStatus>& status) {
    status.field<&OfferStatus::accepted>("accepted", "Whether it would be baked.").defaulted();
    status.field<&OfferStatus::reason>("reason", "Why not.");
    status.field<&OfferStatus::cents>("cents", "What it would cost.");
  }
};

struct OfferReview {
  annex::meta::ObjectMeta metadata;
  OfferSpec spec;
  OfferStatus status;
  friend void describe(annex::schema::Object<OfferReview>& review) {
    review.description("Asks what an order would cost. Nothing is kept.");
    review.field<&OfferReview::metadata>("metadata", "Standard object metadata.");
    review.field<&OfferReview::spec>("spec", "The question.").required();
    review.field<&OfferReview::status>("status", "The answer.");
  }
};
// [types]

OfferReview answer(const annex::HookContext& context, const OfferReview& question);

void add_reviews(annex::Server& server);

}  // namespace bakery
