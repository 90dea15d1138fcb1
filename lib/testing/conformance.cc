#include "annex/testing/conformance.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace annex::testing {
namespace {

constexpr std::chrono::seconds kLimit(30);
constexpr const char* kJson = "application/json";

struct Served {
  std::string group_version{};
  std::string plural{};
  std::string kind{};
  bool namespaced = false;
  std::vector<std::string> verbs{};

  bool can(std::string_view verb) const {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
  }
  std::string base() const {
    return group_version.find('/') == std::string::npos ? "/api/" + group_version
                                                        : "/apis/" + group_version;
  }
  /// Across all namespaces.
  std::string all() const { return base() + "/" + plural; }
  /// Where one object would be.
  std::string one(const std::string& name) const {
    return base() + (namespaced ? "/namespaces/default/" : "/") + plural + "/" + name;
  }
};

const json::Array& items_of(const json::Value& list, std::string_view member) {
  static const json::Array kNone;
  const json::Value* items = list.find(member);
  return items != nullptr && items->is_array() ? items->as_array() : kNone;
}

bool is_revision(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

class Inspector {
 public:
  Inspector(kube::Client& client, const util::Clock& clock) : client_(client), clock_(clock) {}

  ConformanceReport run() {
    expect_status("/readyz", 200);
    const json::Value version = object("/version");
    check(!version.at_string({"gitVersion"}).empty(), "/version", "has no gitVersion");
    expect_failure("GET", "/apis/none.example.com/v1/nothing", 404, {});
    const json::Value groups = object("/apis");
    check(groups.at_string({"kind"}) == "APIGroupList", "/apis", "is no APIGroupList");
    check(!items_of(groups, "groups").empty(), "/apis", "names no group");
    const json::Value openapi = object("/openapi/v2");
    for (const json::Value& group : items_of(groups, "groups")) inspect_group(group, openapi);
    return std::move(report_);
  }

 private:
  void check(bool holds, const std::string& path, const std::string& otherwise) {
    ++report_.checks;
    if (!holds) report_.failures.push_back(path + ": " + otherwise);
  }

  kube::Answer ask(const std::string& method, const std::string& path, const std::string& body,
                   const std::string& accept = kJson) {
    kube::Call call;
    call.method = method;
    call.path = path;
    call.body = body;
    call.accept = accept;
    Result<kube::Answer> answer = client_.call(call, clock_.now() + kLimit);
    if (answer) return std::move(*answer);
    check(false, path, "is not answered: " + answer.error().message);
    return {};
  }

  void expect_status(const std::string& path, int status, const std::string& accept = kJson) {
    const kube::Answer answer = ask("GET", path, {}, accept);
    check(answer.status == status, path + (accept == kJson ? "" : " as " + accept),
          "answers " + std::to_string(answer.status));
  }

  /// The body of a 200.
  json::Value object(const std::string& path, const std::string& accept = kJson) {
    const kube::Answer answer = ask("GET", path, {}, accept);
    Result<json::Value> value = json::parse(answer.body);
    check(answer.status == 200 && value && value->is_object(), path,
          "is no object but a " + std::to_string(answer.status));
    return value ? std::move(*value) : json::Value();
  }

  /// An error is a Status whose code is the answer's.
  void expect_failure(const std::string& method, const std::string& path, int status,
                      const std::string& reason, const std::string& body = {}) {
    const std::string what = method + " " + path;
    const kube::Answer answer = ask(method, path, body);
    check(answer.status == status, what,
          "answers " + std::to_string(answer.status) + ", not " + std::to_string(status));
    if (reason.empty()) return;
    const Result<json::Value> told = json::parse(answer.body);
    if (!told) return check(false, what, "answers with no Status");
    const json::Value* code = told->find("code");
    check(told->at_string({"kind"}) == "Status" && told->at_string({"status"}) == "Failure" &&
              code != nullptr && code->is_int64() && code->as_int64() == status,
          what, "answers with no Status of a failure");
    check(told->at_string({"reason"}) == reason, what,
          "gives the reason " + json::quoted(told->at_string({"reason"})));
  }

  void inspect_group(const json::Value& group, const json::Value& openapi) {
    const std::string& name = group.at_string({"name"});
    bool is_preferred = false;
    for (const json::Value& version : items_of(group, "versions")) {
      const std::string& group_version = version.at_string({"groupVersion"});
      is_preferred =
          is_preferred || group_version == group.at_string({"preferredVersion", "groupVersion"});
      check(group_version == name + "/" + version.at_string({"version"}), "/apis",
            json::quoted(group_version) + " is not of group " + json::quoted(name));
      inspect_version(group_version, openapi);
    }
    check(is_preferred, "/apis", "the group " + name + " prefers a version that it has not");
    check(object("/apis/" + name).at_string({"name"}) == name, "/apis/" + name,
          "is no document of that group");
  }

  void inspect_version(const std::string& group_version, const json::Value& openapi) {
    const std::string path = "/apis/" + group_version;
    const json::Value list = object(path);
    check(list.at_string({"kind"}) == "APIResourceList" &&
              list.at_string({"groupVersion"}) == group_version,
          path, "is no APIResourceList of that version");
    const json::Value v3 = object("/openapi/v3" + path);
    check(v3.find("paths") != nullptr, "/openapi/v3" + path, "has no paths");
    for (const json::Value& entry : items_of(list, "resources")) {
      Served served;
      served.group_version = group_version;
      served.plural = entry.at_string({"name"});
      served.kind = entry.at_string({"kind"});
      const json::Value* namespaced = entry.find("namespaced");
      served.namespaced = namespaced != nullptr && namespaced->is_bool() && namespaced->as_bool();
      for (const json::Value& verb : items_of(entry, "verbs")) {
        if (verb.is_string()) served.verbs.push_back(verb.as_string());
      }
      check(!served.plural.empty() && !served.kind.empty() && !served.verbs.empty(), path,
            "has a resource without a name, a kind or verbs");
      if (served.plural.find('/') != std::string::npos) continue;
      check(json::write(openapi).find("\"kind\":" + json::quoted(served.kind)) != std::string::npos,
            "/openapi/v2", "does not know the kind " + served.kind);
      inspect(served);
    }
  }

  void inspect(const Served& served) {
    if (served.can("list")) inspect_list(served);
    if (served.can("list") && served.can("watch")) inspect_watch(served);
    if (served.can("get")) {
      expect_failure("GET", served.one("no-such-object"), 404, "NotFound");
    } else {
      expect_failure("GET", served.one("no-such-object"), 405, "MethodNotAllowed");
    }
    const std::string collection = served.one("x").substr(0, served.one("x").size() - 2);
    if (served.can("create")) {
      expect_failure("POST", collection, 400, "BadRequest", "no object");
      expect_failure("POST", collection, 400, "BadRequest",
                     R"({"kind":"Other","apiVersion":"other.example.com/v1"})");
    } else {
      expect_failure("POST", collection, 405, "MethodNotAllowed", "{}");
    }
    if (!served.can("delete")) {
      expect_failure("DELETE", served.one("no-such-object"), 405, "MethodNotAllowed");
    }
  }

  void inspect_list(const Served& served) {
    const std::string path = served.all();
    const json::Value list = object(path);
    check(list.at_string({"apiVersion"}) == served.group_version, path, "is of another version");
    check(list.at_string({"kind"}) == served.kind + "List", path, "is no " + served.kind + "List");
    check(is_revision(list.at_string({"metadata", "resourceVersion"})), path,
          "has no resourceVersion");
    for (const json::Value& item : items_of(list, "items")) {
      check(is_revision(item.at_string({"metadata", "resourceVersion"})) &&
                !item.at_string({"metadata", "name"}).empty(),
            path, "has an item without a name or a resourceVersion");
    }
    inspect_pages(path, items_of(list, "items").size());
    inspect_forms(served);
    expect_failure("GET", path + "?labelSelector=no+selector+(", 400, "BadRequest");
    expect_failure("GET", path + "?fieldSelector=metadata.nothing%3Dx", 400, "BadRequest");
    expect_failure("GET", path + "?resourceVersionMatch=Exact", 422, "Invalid");
    const json::Value none = object(path + "?labelSelector=no-such-label%3Dx");
    check(items_of(none, "items").empty(), path, "selects what has not the label");
  }

  /// As kubectl and controllers that need metadata alone ask for it: `as` of meta.k8s.io/v1.
  json::Value transformed(const std::string& path, const std::string& as) {
    json::Value value = object(path, "application/json;as=" + as + ";v=v1;g=meta.k8s.io");
    const std::string what = path + " as " + as;
    check(value.at_string({"kind"}) == as && value.at_string({"apiVersion"}) == "meta.k8s.io/v1",
          what, "is a " + value.at_string({"apiVersion"}) + " " + value.at_string({"kind"}));
    return value;
  }

  void inspect_table(const json::Value& table, const std::string& path) {
    const json::Array& columns = items_of(table, "columnDefinitions");
    check(!columns.empty() && columns.front().at_string({"name"}) == "Name", path,
          "is a Table whose first column is not the name");
    for (const json::Value& column : columns) {
      check(!column.at_string({"name"}).empty() && !column.at_string({"type"}).empty() &&
                column.find("priority") != nullptr,
            path, "is a Table with a column without a name, a type or a priority");
    }
    for (const json::Value& row : items_of(table, "rows")) {
      check(items_of(row, "cells").size() == columns.size(), path,
            "is a Table with a row that has not a cell for each column");
      check(row.at_string({"object", "kind"}) == "PartialObjectMetadata" &&
                !row.at_string({"object", "metadata", "name"}).empty(),
            path, "is a Table with a row without its object's metadata");
    }
  }

  /// Lists and objects as tables and as metadata alone. What is there may change in between, so
  /// that numbers are not compared.
  void inspect_forms(const Served& served) {
    const std::string path = served.all();
    const json::Value table = transformed(path, "Table");
    inspect_table(table, path);
    const json::Value partial = transformed(path, "PartialObjectMetadataList");
    for (const json::Value* form : {&table, &partial}) {
      check(is_revision(form->at_string({"metadata", "resourceVersion"})), path,
            "has no resourceVersion as a " + form->at_string({"kind"}));
    }
    for (const json::Value& item : items_of(partial, "items")) {
      check(is_revision(item.at_string({"metadata", "resourceVersion"})) &&
                item.find("spec") == nullptr && item.find("status") == nullptr,
            path, "has more, or less, than metadata as PartialObjectMetadataList");
    }
    expect_status(path, 406, "application/json;as=Nothing;v=v1;g=meta.k8s.io");
    if (!served.can("get") || items_of(partial, "items").empty()) return;
    const json::Value& first = items_of(partial, "items").front();
    const std::string& space = first.at_string({"metadata", "namespace"});
    const std::string one = served.base() + (served.namespaced ? "/namespaces/" + space : "") +
                            "/" + served.plural + "/" + first.at_string({"metadata", "name"});
    if (ask("GET", one, {}).status != 200) return;  // gone meanwhile
    inspect_table(transformed(one, "Table"), one);
    check(transformed(one, "PartialObjectMetadata").at_string({"metadata", "name"}) ==
              first.at_string({"metadata", "name"}),
          one, "is another object as PartialObjectMetadata");
  }

  /// Pages are of one state, and complete.
  void inspect_pages(const std::string& path, std::size_t wanted) {
    std::string token;
    std::string revision;
    std::size_t seen = 0;
    for (std::size_t page = 0; page < 100; ++page) {
      const json::Value list =
          object(path + "?limit=2" + (token.empty() ? "" : "&continue=" + token));
      const std::string& own = list.at_string({"metadata", "resourceVersion"});
      if (page > 0) check(own == revision, path, "continues with another state");
      revision = own;
      const std::size_t count = items_of(list, "items").size();
      check(count <= 2, path, "gives more than the limit");
      seen += count;
      token = list.at_string({"metadata", "continue"});
      if (token.empty()) {
        return check(seen >= std::min<std::size_t>(wanted, 1) && (wanted > 0 || seen == 0), path,
                     "has pages that are not the list");
      }
    }
  }

  /// All that there is comes first, then the bookmark that says so.
  void inspect_watch(const Served& served) {
    const std::string path = served.all() +
                             "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&"
                             "resourceVersionMatch=NotOlderThan&timeoutSeconds=5";
    std::string pending;
    bool is_ended = false;
    bool is_clean = true;
    const auto answer = client_.stream(path, [&](std::string_view bytes) {
      pending += bytes;
      for (std::size_t end = pending.find('\n'); end != std::string::npos && !is_ended;
           end = pending.find('\n')) {
        const Result<json::Value> event = json::parse(pending.substr(0, end));
        pending.erase(0, end + 1);
        const std::string type = event ? event->at_string({"type"}) : std::string();
        is_ended = type == "BOOKMARK" &&
                   event->at_string({"object", "metadata", "annotations",
                                     "k8s.io/initial-events-end"}) == "true" &&
                   is_revision(event->at_string({"object", "metadata", "resourceVersion"}));
        is_clean =
            is_clean &&
            (is_ended || (type == "ADDED" && event->at_string({"object", "kind"}) == served.kind));
      }
      return !is_ended;
    });
    check(answer && answer->status == 200, path, "is not answered with events");
    check(is_ended, path, "has no closing bookmark");
    check(is_clean, path, "begins with something else than what there is");
  }

  kube::Client& client_;
  const util::Clock& clock_;
  ConformanceReport report_;
};

}  // namespace

ConformanceReport check_conformance(kube::Client& client, const util::Clock& clock) {
  return Inspector(client, clock).run();
}

}  // namespace annex::testing
