#include "auth/access_review_spec.h"

#include <array>
#include <cstring>
#include <utility>

#include "annex/json/write.h"
#include "annex/meta/field_selector.h"
#include "annex/meta/label_selector.h"

namespace annex::auth {
namespace {

using json::Array;
using json::Member;
using json::Object;
using json::Value;

/// Room for most keys, of callers with a few groups.
constexpr std::size_t kUsualKey = 512;

Array to_array(const std::vector<std::string>& texts) { return Array(texts.begin(), texts.end()); }

void add_text(Object& object, const char* name, const std::string& text) {
  if (!text.empty()) object.append(name, text);
}

Value requirement(const std::string& key, const char* op, const std::vector<std::string>& values) {
  Object object{Member{"key", key}, Member{"operator", op}};
  if (!values.empty()) object.append("values", to_array(values));
  return object;
}

void add_selector(Object& resource, const char* name, Array requirements) {
  if (requirements.empty()) return;
  resource.append(name, Object{Member{"requirements", std::move(requirements)}});
}

Array field_requirements(const std::string& text) {
  Array requirements;
  const Result<meta::FieldSelector> selector = meta::FieldSelector::parse(text);
  if (!selector) return requirements;
  for (const meta::FieldSelector::Term& term : selector->terms()) {
    requirements.push_back(requirement(term.path, term.equal ? "In" : "NotIn", {term.value}));
  }
  return requirements;
}

/// Operators that a review does not know are left out, which only widens what is asked.
Array label_requirements(const std::string& text) {
  using Operator = meta::LabelSelector::Operator;
  Array requirements;
  const Result<meta::LabelSelector> selector = meta::LabelSelector::parse(text);
  if (!selector) return requirements;
  for (const meta::LabelSelector::Requirement& each : selector->requirements()) {
    const char* op = nullptr;
    if (each.op == Operator::kExists) op = "Exists";
    if (each.op == Operator::kAbsent) op = "DoesNotExist";
    if (each.op == Operator::kIn) op = "In";
    if (each.op == Operator::kNotIn) op = "NotIn";
    if (op != nullptr) requirements.push_back(requirement(each.key, op, each.values));
  }
  return requirements;
}

Object resource_attributes(const request::RequestInfo& info) {
  Object resource;
  add_text(resource, "namespace", info.name_space);
  add_text(resource, "verb", info.verb);
  add_text(resource, "group", info.group);
  add_text(resource, "version", info.version);
  add_text(resource, "resource", info.resource);
  add_text(resource, "subresource", info.subresource);
  add_text(resource, "name", info.name);
  add_selector(resource, "fieldSelector", field_requirements(info.field_selector));
  add_selector(resource, "labelSelector", label_requirements(info.label_selector));
  return resource;
}

}  // namespace

std::string access_review_spec(const Attributes& attributes) {
  const request::RequestInfo& info = attributes.info;
  const request::UserInfo& user = attributes.user;
  Object spec;
  if (info.is_resource) {
    spec.append("resourceAttributes", resource_attributes(info));
  } else {
    Object path;
    add_text(path, "path", info.path);
    add_text(path, "verb", info.verb);
    spec.append("nonResourceAttributes", std::move(path));
  }
  add_text(spec, "user", user.name);
  if (!user.groups.empty()) spec.append("groups", to_array(user.groups));
  if (!user.extra.empty()) {
    Object extra;
    for (const auto& entry : user.extra) extra.set(entry.first, to_array(entry.second));
    spec.append("extra", std::move(extra));
  }
  add_text(spec, "uid", user.uid);
  return json::write(Value(std::move(spec)));
}

std::string decision_key(const Attributes& attributes) {
  const request::RequestInfo& info = attributes.info;
  const request::UserInfo& user = attributes.user;
  std::string key;
  key.reserve(kUsualKey);
  // Each with its length, so that no two sequences look alike.
  const auto add_count = [&key](std::size_t count) {
    std::array<char, sizeof count> bytes{};
    std::memcpy(bytes.data(), &count, sizeof count);
    key.append(bytes.data(), bytes.size());
  };
  const auto add = [&](const std::string& text) {
    add_count(text.size());
    key += text;
  };
  const auto add_all = [&](const std::vector<std::string>& texts) {
    add_count(texts.size());
    for (const std::string& text : texts) add(text);
  };
  key += info.is_resource ? 'r' : 'p';
  add(info.verb);
  if (info.is_resource) {
    for (const std::string* text :
         {&info.name_space, &info.group, &info.version, &info.resource, &info.subresource,
          &info.name, &info.field_selector, &info.label_selector}) {
      add(*text);
    }
  } else {
    add(info.path);
  }
  add(user.name);
  add(user.uid);
  add_all(user.groups);
  for (const auto& [name, values] : user.extra) {
    add(name);
    add_all(values);
  }
  return key;
}

bool is_worth_remembering(const request::RequestInfo& info) {
  constexpr std::size_t kLimit = 10000;
  return info.name_space.size() + info.verb.size() + info.group.size() + info.version.size() +
             info.resource.size() + info.subresource.size() + info.name.size() +
             (info.is_resource ? 0 : info.path.size()) <
         kLimit;
}

}  // namespace annex::auth
