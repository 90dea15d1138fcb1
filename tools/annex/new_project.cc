#include "new_project.h"

#include <initializer_list>
#include <utility>

#include "edit.h"
#include "names.h"

namespace annex::tool {
namespace {

struct NewFile {
  std::string path;
  const char* from;  ///< the template
  bool executable = false;
};

Result<void> create_all(const std::vector<NewFile>& files, const Words& words, Plan& plan) {
  for (const NewFile& file : files) {
    Result<std::string> text = fill(file.from, words);
    if (!text) return text.error();
    if (Result<void> done = plan.create(file.path, std::move(*text), file.executable); !done) {
      return done;
    }
  }
  return {};
}

/// Checks what was given and completes it.
Result<void> complete(NewType& type) {
  if (type.version.empty()) type.version = "v1alpha1";
  if (Result<void> checked = check_kind(type.kind); !checked) return checked;
  if (Result<void> checked = check_version(type.version); !checked) return checked;
  if (type.plural.empty()) type.plural = plural_of(type.kind);
  return check_plural(type.plural);
}

Words words_of(const Project& project, const NewType& type) {
  Words words = project.words();
  words["Kind"] = type.kind;
  words["file"] = file_of(type.kind);
  words["version"] = type.version;
  words["plural"] = type.plural;
  std::string kind = file_of(type.kind);
  for (char& c : kind) c = c == '_' ? '-' : c;
  words["kind"] = kind;
  words["scope"] = type.cluster_scoped ? "\n      .cluster_scoped()" : "";
  words["scoped_plural"] = type.cluster_scoped ? type.plural : "namespaces/default/" + type.plural;
  return words;
}

Result<void> create_type(const Words& words, Plan& plan) {
  const std::string& file = words.at("file");
  return create_all({{"src/" + words.at("version") + "/" + file + ".h", "type.h"},
                     {"src/" + file + ".h", "resource.h"},
                     {"src/" + file + ".cc", "resource.cc"},
                     {"tests/" + file + "_test.cc", "type_test.cc"},
                     {"samples/" + file + ".yaml", "sample.yaml"}},
                    words, plan);
}

}  // namespace

Result<void> plan_project(NewProject wanted, Plan& plan) {
  if (Result<void> checked = check_project_name(wanted.name); !checked) return checked;
  if (wanted.group.empty()) wanted.group = wanted.name + ".example.com";
  if (Result<void> checked = check_group(wanted.group); !checked) return checked;
  if (wanted.type.kind.empty()) wanted.type.kind = kind_of(wanted.name);
  if (Result<void> checked = complete(wanted.type); !checked) return checked;
  const Project project{wanted.name, namespace_of(wanted.name), wanted.group};
  Words words = words_of(project, wanted.type);
  words["annex_version"] = ANNEX_VERSION;
  words["prefix_option"] = wanted.prefix.empty() ? "" : " -DCMAKE_PREFIX_PATH=" + wanted.prefix;
  Result<void> done = create_all({{"CMakeLists.txt", "CMakeLists.txt"},
                                  {"README.md", "README.md"},
                                  {"Dockerfile", "Dockerfile"},
                                  {".dockerignore", "dockerignore"},
                                  {".gitignore", "gitignore"},
                                  {"src/main.cc", "main.cc"},
                                  {kServerHeader, "describe_server.h"},
                                  {kServerSource, "describe_server.cc"},
                                  {"tests/expect.h", "expect.h"},
                                  {"tests/end_to_end", "end_to_end", true}},
                                 words, plan);
  if (!done) return done;
  return create_type(words, plan);
}

Result<void> plan_type(const Project& project, NewType wanted, Plan& plan) {
  if (Result<void> checked = complete(wanted); !checked) return checked;
  const Words words = words_of(project, wanted);
  if (Result<void> done = create_type(words, plan); !done) return done;
  const std::string& file = words.at("file");
  return plan.change(kServerSource, [&](const std::string& text) -> Result<std::string> {
    Result<std::string> included = add_include(text, file + ".h");
    if (!included) return included;
    return add_statement(*included, "void describe_server(annex::Server& server) {",
                         "add_" + file + "(server);");
  });
}

}  // namespace annex::tool
