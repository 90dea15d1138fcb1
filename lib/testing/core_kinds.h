// The kinds of Kubernetes' core API that FakeKubernetes has.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "annex/meta/object_meta.h"
#include "annex/request/user.h"
#include "annex/server/server.h"

namespace annex::testing::core {

struct ConfigMap {
  meta::ObjectMeta metadata;
  std::map<std::string, std::string> data;
  friend void describe(schema::Object<ConfigMap>& configmap) {
    configmap.field<&ConfigMap::metadata>("metadata", "Standard object metadata.");
    configmap.field<&ConfigMap::data>("data", "What it holds.");
  }
};

struct Namespace {
  meta::ObjectMeta metadata;
  friend void describe(schema::Object<Namespace>& made) {
    made.field<&Namespace::metadata>("metadata", "Standard object metadata.");
  }
};

/// TokenReview and SubjectAccessReview: question and answer as they are on the wire.
struct Review {
  meta::ObjectMeta metadata;
  json::Value spec;
  json::Value status;
  friend void describe(schema::Object<Review>& review) {
    review.field<&Review::metadata>("metadata", "Standard object metadata.");
    review.field<&Review::spec>("spec", "The question.");
    review.field<&Review::status>("status", "The answer.");
  }
};

/// What a SubjectAccessReview asks.
struct Question {
  std::vector<std::string> names{};  ///< the user's own and the groups'
  std::string verb{};
  std::string what{};  ///< "resource.group/subresource", or a path
};

void add_kinds(Server& server,
               std::function<std::optional<request::UserInfo>(const std::string& token)> who,
               std::function<bool(const Question&)> may);

}  // namespace annex::testing::core
