#include "setup/manifests.h"

#include "annex/json/write.h"
#include "setup/access.h"

namespace annex::setup {

std::vector<Item> make_manifests(const Plan& plan) {
  std::vector<Item> items;
  items.push_back(make_item(plan, kNamespace, {}, plan.namespace_name, {}));
  for (Item& item : access_items(plan)) items.push_back(std::move(item));
  return items;
}

std::string write_manifests(const std::vector<Item>& items) {
  std::string text;
  for (const Item& item : items) {
    if (!text.empty()) text += "---\n";
    text += json::write_yaml(item.object);
  }
  return text;
}

}  // namespace annex::setup
