#include "review.h"

#include <algorithm>

namespace bakery {
namespace {

constexpr std::int32_t kMost = 100;
constexpr std::int64_t kCents = 450;
constexpr std::int64_t kStaffCents = 300;

}  // namespace

// [answer]
OfferReview answer(const annex::HookContext& context, const OfferReview& question) {
  OfferReview told = question;
  told.status = {};
  if (question.spec.loaves > kMost) {
    told.status.reason = "the oven holds " + std::to_string(kMost);
    return told;
  }
  const auto& groups = context.user.groups;
  const bool is_staff = std::find(groups.begin(), groups.end(), "bakers") != groups.end();
  told.status.accepted = true;
  told.status.cents = question.spec.loaves * (is_staff ? kStaffCents : kCents);
  return told;
}
// [answer]

// [review]
void add_reviews(annex::Server& server) {
  server.group("bakery.example.com")
      .review<OfferReview>("offerreviews", "OfferReview", answer)
      .version("v1")
      .cluster_scoped();
}
// [review]

}  // namespace bakery
