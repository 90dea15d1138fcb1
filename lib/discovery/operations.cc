#include "operations.h"

#include <algorithm>
#include <cctype>
#include <tuple>

namespace annex::discovery {
namespace {

constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

constexpr std::string_view kScale = "io.k8s.api.autoscaling.v1.Scale";
const std::tuple<const char*, const char*, const char*> kScaleKind{"autoscaling", "v1", "Scale"};

constexpr Parameter kPretty{"pretty", "string", "Indents the answer if true."};
constexpr Parameter kName{"name", "string", "The object's name."};
constexpr Parameter kNamespace{"namespace", "string", "The object's namespace."};
constexpr Parameter kDryRun{"dryRun", "string", "All: every step runs, nothing is stored."};
constexpr Parameter kFieldManager{"fieldManager", "string", "Who makes the change."};
constexpr Parameter kFieldValidation{"fieldValidation", "string",
                                     "What unknown and duplicate fields do: Ignore, Warn, Strict."};
constexpr Parameter kForce{"force", "boolean", "Takes conflicting fields over; apply only."};

std::vector<Parameter> list_parameters() {
  return {{"allowWatchBookmarks", "boolean", "A watch may send bookmarks."},
          {"continue", "string", "Where a list in pages goes on."},
          {"fieldSelector", "string", "Selects by fields."},
          {"labelSelector", "string", "Selects by labels."},
          {"limit", "integer", "The most items of a page."},
          {"resourceVersion", "string", "The state to read, or the point to watch from."},
          {"resourceVersionMatch", "string", "Exact or NotOlderThan."},
          {"sendInitialEvents", "boolean", "A watch begins with the current state."},
          {"timeoutSeconds", "integer", "How long a watch lasts."},
          {"watch", "boolean", "Sends changes as they happen."}};
}

std::vector<Parameter> delete_parameters() {
  return {kDryRun,
          {"gracePeriodSeconds", "integer", "How long the object may take to end."},
          {"ignoreStoreReadErrorWithClusterBreakingPotential", "boolean",
           "Accepted for compatibility."},
          {"orphanDependents", "boolean", "Superseded by propagationPolicy."},
          {"propagationPolicy", "string", "Orphan, Background or Foreground."}};
}

std::vector<Parameter> joined(std::vector<Parameter> a, const std::vector<Parameter>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end(), [](const auto& x, const auto& y) { return x.name < y.name; });
  a.erase(std::unique(a.begin(), a.end(),
                      [](const auto& x, const auto& y) { return x.name == y.name; }),
          a.end());
  return a;
}

bool has(const std::vector<std::string>& verbs, std::string_view verb) {
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

/// "wardleExampleCom_v1beta1", by which clients put operations together.
std::string make_tag(const std::string& group, const std::string& version) {
  std::string tag = camel_version(group, "");
  tag[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(tag[0])));
  return version.empty() ? tag : tag + "_" + version;
}

PathItem informing(std::string path, std::string tag, std::string id, std::string description,
                   Ref answer,
                   std::vector<std::string> forms = {"application/json", "application/yaml",
                                                     "application/vnd.kubernetes.protobuf"}) {
  PathItem item{std::move(path), std::move(tag), {}, {}, {}};
  Operation get;
  get.method = "get";
  get.id = std::move(id);
  get.description = std::move(description);
  get.consumes = get.produces = std::move(forms);
  get.responses = {{200, std::move(answer)}};
  item.operations.push_back(std::move(get));
  return item;
}

/// Makes the path items of one resource in one version.
class ResourcePaths {
 public:
  ResourcePaths(const registry::Resource& resource, const registry::Version& version)
      : resource_(resource),
        verbs_(resource.verbs()),
        object_(object_ref(resource, version)),
        list_(list_ref(resource, version)),
        base_("/apis/" + resource.group + "/" + version.name + "/"),
        camel_(camel_version(resource.group, version.name)),
        tag_(make_tag(resource.group, version.name)),
        scoped_((resource.namespaced() ? "Namespaced" : "") + resource.kind) {}

  std::vector<PathItem> make() const {
    std::vector<PathItem> items;
    const std::string scope = resource_.namespaced() ? "namespaces/{namespace}/" : "";
    if (resource_.namespaced()) {
      PathItem all = item(resource_.plural, {}, list_parameters());
      if (has(verbs_, "list")) {
        all.operations.push_back(list("list" + camel_ + resource_.kind + "ForAllNamespaces", {}));
      }
      items.push_back(std::move(all));
    }
    items.push_back(collection(scope + resource_.plural));
    items.push_back(object(scope + resource_.plural + "/{name}", "", verbs_, object_));
    for (const std::string& name : resource_.subresources()) {
      // What the program answers itself has a form that only the program knows.
      if (resource_.find_part(name) != nullptr) continue;
      std::string suffix = name;
      suffix[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(suffix[0])));
      PathItem part =
          object(scope + resource_.plural + "/{name}/" + name, suffix,
                 resource_.subresource_verbs(name), name == "scale" ? Ref(kScale) : object_);
      for (Operation& each : part.operations) {
        if (name == "scale") std::tie(each.group, each.version, each.kind) = kScaleKind;
      }
      items.push_back(std::move(part));
    }
    if (has(verbs_, "watch")) add_watches(scope, items);
    std::erase_if(items, [](const PathItem& each) { return each.operations.empty(); });
    return items;
  }

 private:
  PathItem item(const std::string& path, std::vector<Parameter> in_path,
                std::vector<Parameter> in_query) const {
    in_query.push_back(kPretty);
    return {base_ + path, tag_, std::move(in_path), joined(std::move(in_query), {}), {}};
  }

  std::vector<Parameter> scope_parameters() const {
    return resource_.namespaced() ? std::vector<Parameter>{kNamespace} : std::vector<Parameter>{};
  }
  std::vector<Parameter> object_parameters() const {
    std::vector<Parameter> parameters = scope_parameters();
    parameters.insert(parameters.begin(), kName);
    return parameters;
  }

  Operation operation(std::string method, std::string action, std::string id,
                      std::string description) const {
    Operation made;
    made.method = std::move(method);
    made.action = std::move(action);
    made.id = std::move(id);
    made.description = std::move(description);
    made.kind = resource_.kind;
    return made;
  }

  Operation list(std::string id, std::vector<Parameter> parameters) const {
    Operation made =
        operation("get", "list", std::move(id), "list objects of kind " + resource_.kind);
    made.parameters = std::move(parameters);
    made.responses = {{200, list_}};
    made.streams = true;
    return made;
  }

  PathItem collection(const std::string& path) const {
    PathItem made = item(path, scope_parameters(), {});
    if (has(verbs_, "list")) {
      made.operations.push_back(list("list" + camel_ + scoped_, list_parameters()));
    }
    if (has(verbs_, "create")) {
      Operation create =
          operation("post", "post", "create" + camel_ + scoped_, "create a " + resource_.kind);
      create.parameters = {kDryRun, kFieldManager, kFieldValidation};
      create.body = object_;
      create.consumes = {"*/*"};
      create.responses = {{200, object_}, {201, object_}, {202, object_}};
      made.operations.push_back(std::move(create));
    }
    if (has(verbs_, "deletecollection")) {
      Operation all =
          operation("delete", "deletecollection", "delete" + camel_ + "Collection" + scoped_,
                    "delete a collection of " + resource_.kind);
      all.parameters = joined(list_parameters(), delete_parameters());
      std::erase_if(all.parameters, [](const Parameter& p) {
        return p.name == "watch" || p.name == "allowWatchBookmarks";
      });
      all.body = std::string(kMeta) + "DeleteOptions";
      all.consumes = {"*/*"};
      all.responses = {{200, std::string(kMeta) + "Status"}};
      made.operations.push_back(std::move(all));
    }
    return made;
  }

  PathItem object(const std::string& path, const std::string& suffix,
                  const std::vector<std::string>& verbs, const Ref& shown) const {
    PathItem made = item(path, object_parameters(), {});
    const std::string of =
        (suffix.empty() ? "" : suffix + " of ") + std::string("the specified ") + resource_.kind;
    if (has(verbs, "get")) {
      Operation get = operation("get", "get", "read" + camel_ + scoped_ + suffix, "read " + of);
      get.responses = {{200, shown}};
      made.operations.push_back(std::move(get));
    }
    if (has(verbs, "update")) {
      Operation put =
          operation("put", "put", "replace" + camel_ + scoped_ + suffix, "replace " + of);
      put.parameters = {kDryRun, kFieldManager, kFieldValidation};
      put.body = shown;
      put.consumes = {"*/*"};
      put.responses = {{200, shown}, {201, shown}};
      made.operations.push_back(std::move(put));
    }
    if (has(verbs, "delete")) {
      Operation remove =
          operation("delete", "delete", "delete" + camel_ + scoped_ + suffix, "delete " + of);
      remove.parameters = delete_parameters();
      remove.body = std::string(kMeta) + "DeleteOptions";
      remove.consumes = {"*/*"};
      remove.responses = {{200, std::string(kMeta) + "Status"},
                          {202, std::string(kMeta) + "Status"}};
      made.operations.push_back(std::move(remove));
    }
    if (has(verbs, "patch")) {
      Operation patch = operation("patch", "patch", "patch" + camel_ + scoped_ + suffix,
                                  "partially update " + of);
      patch.parameters = {kDryRun, kFieldManager, kFieldValidation, kForce};
      patch.body = std::string(kMeta) + "Patch";
      // Only forms that work: kubectl chooses among those that it finds here.
      patch.consumes = {"application/json-patch+json", "application/merge-patch+json",
                        "application/strategic-merge-patch+json", "application/apply-patch+yaml"};
      patch.responses = {{200, shown}, {201, shown}};
      made.operations.push_back(std::move(patch));
    }
    return made;
  }

  void add_watches(const std::string& scope, std::vector<PathItem>& items) const {
    auto add = [&](const std::string& path, std::vector<Parameter> in_path, std::string action,
                   std::string id) {
      PathItem made = item("watch/" + path, std::move(in_path), list_parameters());
      Operation watch = operation("get", std::move(action), std::move(id),
                                  "deprecated: use the watch parameter of a list");
      watch.responses = {{200, std::string(kMeta) + "WatchEvent"}};
      watch.streams = true;
      made.operations.push_back(std::move(watch));
      items.push_back(std::move(made));
    };
    if (resource_.namespaced()) {
      add(resource_.plural, {}, "watchlist",
          "watch" + camel_ + resource_.kind + "ListForAllNamespaces");
    }
    add(scope + resource_.plural, scope_parameters(), "watchlist",
        "watch" + camel_ + scoped_ + "List");
    add(scope + resource_.plural + "/{name}", object_parameters(), "watch",
        "watch" + camel_ + scoped_);
  }

  const registry::Resource& resource_;
  const std::vector<std::string> verbs_;
  const Ref object_;
  const Ref list_;
  const std::string base_;
  const std::string camel_;
  const std::string tag_;
  const std::string scoped_;
};

}  // namespace

std::string camel_version(const std::string& group, const std::string& version) {
  std::string_view name = group;
  if (name.ends_with(".k8s.io")) name.remove_suffix(7);
  std::string camel;
  bool upper = true;
  auto add = [&](std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) == 0) {
        upper = true;
      } else {
        camel += upper ? static_cast<char>(std::toupper(byte)) : c;
        upper = false;
      }
    }
    upper = true;
  };
  add(name);
  add(version);
  return camel;
}

Ref object_ref(const registry::Resource& resource, const registry::Version& version) {
  const std::string& name = resource.types->at(version.type).name;
  if (!name.empty()) return name;
  // As CustomResourceDefinitions are named: the group's parts turned round.
  std::string reversed;
  std::string_view rest = resource.group;
  while (!rest.empty()) {
    const std::size_t dot = rest.rfind('.');
    reversed += std::string(rest.substr(dot == rest.npos ? 0 : dot + 1)) + ".";
    rest = rest.substr(0, dot == rest.npos ? 0 : dot);
  }
  return reversed + version.name + "." + resource.kind;
}

Ref list_ref(const registry::Resource& resource, const registry::Version& version) {
  const Ref object = object_ref(resource, version);
  return object.substr(0, object.rfind('.') + 1) + resource.list_kind_or_default();
}

std::vector<PathItem> common_path_items(const registry::Registry& registry) {
  std::vector<PathItem> items;
  items.push_back(informing("/apis/", "apis", "getAPIVersions", "get available API versions",
                            std::string(kMeta) + "APIGroupList"));
  for (const registry::Group& group : registry.groups()) {
    items.push_back(informing("/apis/" + group.name + "/", make_tag(group.name, ""),
                              "get" + camel_version(group.name, "") + "APIGroup",
                              "get information of a group", std::string(kMeta) + "APIGroup"));
  }
  items.push_back(informing("/version/", "version", "getCodeVersion",
                            "get the version of the server", "io.k8s.apimachinery.pkg.version.Info",
                            {"application/json"}));
  return items;
}

std::vector<PathItem> path_items(const registry::Registry& registry, const std::string& group,
                                 const std::string& version) {
  std::vector<PathItem> items;
  items.push_back(informing("/apis/" + group + "/" + version + "/", make_tag(group, version),
                            "get" + camel_version(group, version) + "APIResources",
                            "get available resources", std::string(kMeta) + "APIResourceList"));
  for (const auto& resource : registry.resources()) {
    if (resource->group != group) continue;
    const registry::Version* found = resource->find_version(version);
    if (found == nullptr || !found->served) continue;
    std::vector<PathItem> made = ResourcePaths(*resource, *found).make();
    std::move(made.begin(), made.end(), std::back_inserter(items));
  }
  std::sort(items.begin(), items.end(),
            [](const PathItem& a, const PathItem& b) { return a.path < b.path; });
  return items;
}

}  // namespace annex::discovery
