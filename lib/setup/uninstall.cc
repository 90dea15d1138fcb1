#include <algorithm>
#include <utility>

#include "setup/install.h"
#include "setup/manifests.h"
#include "setup/serving.h"
#include "setup/waiting.h"
#include "setup/workload.h"

namespace annex::setup {
namespace {

using json::Value;

/// One run of the command.
class Removal {
 public:
  Removal(const Plan& plan, const UninstallOptions& options, const Tools& tools)
      : plan_(plan), options_(options), tools_(tools) {}

  Result<void> run();

 private:
  Result<std::vector<Item>> registrations();
  Result<void> remove_registrations();
  Result<void> remove_data();
  /// True if it was there and was annex's.
  Result<bool> remove(const Item& item);

  const Plan& plan_;
  const UninstallOptions& options_;
  const Tools& tools_;
  const util::TimePoint deadline_ = tools_.clock.now() + options_.timeout;
  bool found_ = false;
};

Result<bool> Removal::remove(const Item& item) {
  const auto now = tools_.objects.get(item.place, item.name());
  if (!now) return now.error();
  if (!*now) return false;
  if (!is_ours(plan_, **now)) {
    tools_.tell("left " + item.text() + ": annex did not make it");
    return false;
  }
  const Result<bool> removed = tools_.objects.remove(item.place, item.name(), options_.dry_run);
  if (!removed) {
    Error error = removed.error();
    error.message = item.text() + ": " + error.message;
    return error;
  }
  if (!*removed) return false;  // by somebody else, meanwhile
  found_ = true;
  tools_.tell((options_.dry_run ? "would remove " : "removed ") + item.text());
  return true;
}

/// Those of this program, and those that an older one may have left.
Result<std::vector<Item>> Removal::registrations() {
  std::vector<Item> items = registration_items(plan_, {});
  const kube::Place place{kApiService.api_version, kApiService.plural, {}};
  Result<json::Array> all = tools_.objects.list(place, label_selector(plan_));
  if (!all) return all.error();
  for (Value& each : *all) {
    const std::string& name = each.at_string({"metadata", "name"});
    const bool known = std::any_of(items.begin(), items.end(),
                                   [&](const Item& item) { return item.name() == name; });
    if (!known) items.push_back({place, std::move(each)});
  }
  return items;
}

Result<void> Removal::remove_registrations() {
  const Result<std::vector<Item>> items = registrations();
  if (!items) return items.error();
  for (const Item& item : *items) {
    const auto now = tools_.objects.get(item.place, item.name());
    if (!now) return now.error();
    if (!*now) continue;
    const auto& service = **now;
    if (service.at_string({"spec", "service", "namespace"}) != plan_.namespace_name) {
      tools_.tell("left " + item.text() + ": it leads to another installation");
      continue;
    }
    const Result<bool> removed = remove(item);
    if (!removed) return removed.error();
    if (!*removed || options_.dry_run) continue;
    if (Result<void> gone = wait_for_end(item, deadline_, tools_); !gone) return gone;
  }
  return {};
}

Result<void> Removal::remove_data() {
  const Item claim = make_item(plan_, kVolumeClaim, plan_.namespace_name, claim_name(plan_), {});
  const Item space = make_item(plan_, kNamespace, {}, plan_.namespace_name, {});
  if (!options_.delete_data) {
    const auto kept = tools_.objects.get(claim.place, claim.name());
    if (!kept) return kept.error();
    if (*kept) tools_.tell("kept " + claim.text() + ", which --delete-data removes");
    return {};
  }
  for (const Item* const item : {&claim, &space}) {
    const Result<bool> removed = remove(*item);
    if (!removed) return removed.error();
    if (!*removed || options_.dry_run) continue;
    // A claim ends when its pod has: with the namespace.
    if (item == &claim) continue;
    if (Result<void> gone = wait_for_end(*item, deadline_, tools_); !gone) return gone;
    tools_.tell(item->text() + " is gone");
  }
  return {};
}

Result<void> Removal::run() {
  if (Result<void> done = remove_registrations(); !done) return done;
  std::vector<Item> items = every_item(plan_);
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (const Result<bool> removed = remove(*item); !removed) return removed.error();
  }
  if (Result<void> done = remove_data(); !done) return done;
  if (options_.dry_run) {
    tools_.tell("nothing was removed: this was a dry run");
  } else if (!found_) {
    tools_.tell("nothing of " + plan_.name + " is in namespace " + plan_.namespace_name);
  } else {
    tools_.tell(plan_.name + " is uninstalled");
  }
  return {};
}

}  // namespace

Result<void> uninstall(const Plan& plan, const UninstallOptions& options, const Tools& tools) {
  return Removal(plan, options, tools).run();
}

}  // namespace annex::setup
