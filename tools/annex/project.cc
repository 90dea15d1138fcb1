#include "project.h"

#include <regex>

#include "edit.h"

namespace annex::tool {
namespace {

Result<std::string> find_one(const Plan& plan, const std::string& path, const std::string& pattern,
                             const std::string& what) {
  const Result<std::string> text = plan.read(path);
  if (!text) {
    return Error::bad_request("this is no folder that `annex new` made: " + text.error().message +
                              " (change into the project's folder, or give --folder)");
  }
  std::smatch match;
  if (!std::regex_search(*text, match, std::regex(pattern))) {
    return Error::bad_request(path + " has no " + what);
  }
  return match[1].str();
}

}  // namespace

Result<Project> Project::read(const Plan& plan) {
  Project project;
  Result<std::string> found =
      find_one(plan, "CMakeLists.txt", R"(\bproject\s*\(\s*([A-Za-z0-9_-]+))", "project(NAME");
  if (!found) return found.error();
  project.name = std::move(*found);
  found = find_one(plan, kServerHeader, R"(\bnamespace (\w+(?:::\w+)*) \{)", "`namespace NAME {`");
  if (!found) return found.error();
  project.name_space = std::move(*found);
  found = find_one(plan, kServerHeader, R"(\bkGroup\[\] = "([^"]+)\")", "`kGroup[] = \"...\"`");
  if (!found) return found.error();
  project.group = std::move(*found);
  return project;
}

Words Project::words() const {
  return {{"name", name}, {"namespace", name_space}, {"group", group}};
}

Result<Registration> read_registration(const std::string& source, const std::string& kind) {
  const Result<Chain> chain = find_chain(source, kind);
  if (!chain) return chain.error();
  const std::string text = source.substr(chain->begin, chain->end - chain->begin);
  Registration registration;
  std::smatch match;
  if (std::regex_search(text, match, std::regex(R"re(\(\s*"([^"]+)"\s*,)re"))) {
    registration.plural = match[1].str();
  }
  const std::regex version(R"re(\.version(<[^;"]*>)?\(\s*"([^"]+)")re");
  for (auto it = std::sregex_iterator(text.begin(), text.end(), version);
       it != std::sregex_iterator(); ++it) {
    registration.versions.push_back((*it)[2].str());
    if (!(*it)[1].matched) registration.hub = (*it)[2].str();
  }
  if (registration.hub.empty()) {
    return Error::bad_request("the resource of kind " + kind +
                              " has no .version(\"...\") in the form of its hooks");
  }
  const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
  registration.cluster_scoped = has(".cluster_scoped()");
  registration.status = has(".status()");
  registration.scale = has(".scale(");
  return registration;
}

}  // namespace annex::tool
