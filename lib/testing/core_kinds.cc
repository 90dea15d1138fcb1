#include "testing/core_kinds.h"

#include <utility>

namespace annex::testing::core {
namespace {

json::Array texts(const std::vector<std::string>& values) {
  return json::Array(values.begin(), values.end());
}

Review tell_user(const Review& question, const std::optional<request::UserInfo>& user) {
  Review answer = question;
  json::Object status{{"authenticated", user.has_value()}};
  if (user) {
    json::Object extra;
    for (const auto& [name, values] : user->extra) extra.append(name, texts(values));
    status.append("user", json::Object{{"username", user->name},
                                       {"uid", user->uid},
                                       {"groups", texts(user->groups)},
                                       {"extra", std::move(extra)}});
    if (const json::Value* audiences = question.spec.find("audiences")) {
      status.append("audiences", *audiences);
    }
  }
  answer.status = std::move(status);
  return answer;
}

Question question_of(const json::Value& spec) {
  Question question;
  question.names.push_back(spec.at_string({"user"}));
  const json::Value* groups = spec.find("groups");
  if (groups != nullptr && groups->is_array()) {
    for (const json::Value& group : groups->as_array()) {
      if (group.is_string()) question.names.push_back(group.as_string());
    }
  }
  const json::Value* asked = spec.find("resourceAttributes");
  if (asked == nullptr) {
    question.verb = spec.at_string({"nonResourceAttributes", "verb"});
    question.what = spec.at_string({"nonResourceAttributes", "path"});
    return question;
  }
  question.verb = asked->at_string({"verb"});
  question.what = asked->at_string({"resource"});
  const std::string& group = asked->at_string({"group"});
  if (!group.empty()) question.what += "." + group;
  const std::string& part = asked->at_string({"subresource"});
  if (!part.empty()) question.what += "/" + part;
  return question;
}

}  // namespace

void add_kinds(Server& server,
               std::function<std::optional<request::UserInfo>(const std::string& token)> who,
               std::function<bool(const Question&)> may) {
  server.group("authentication.k8s.io")
      .review<Review>("tokenreviews", "TokenReview",
                      [who = std::move(who)](const Review& question) {
                        return tell_user(question, who(question.spec.at_string({"token"})));
                      })
      .version("v1")
      .cluster_scoped();
  server.group("authorization.k8s.io")
      .review<Review>("subjectaccessreviews", "SubjectAccessReview",
                      [may = std::move(may)](const Review& question) {
                        Review answer = question;
                        answer.status = json::Object{{"allowed", may(question_of(question.spec))}};
                        return answer;
                      })
      .version("v1")
      .cluster_scoped();
  Group core = server.group("");
  core.resource<ConfigMap>("configmaps", "ConfigMap").version("v1").unconditional_update();
  core.resource<Namespace>("namespaces", "Namespace").version("v1").cluster_scoped();
}

}  // namespace annex::testing::core
