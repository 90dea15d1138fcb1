// annex: begins and extends projects. Everything about a running server is a subcommand of the
// server's own program.
#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <iostream>
#include <string>

#include "add.h"
#include "new_project.h"

namespace annex::tool {
namespace {

/// Where this program is installed, if CMake does not look there by itself.
std::string own_prefix() {
  std::error_code code;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", code);
  if (code) return {};
  const std::filesystem::path prefix = program.parent_path().parent_path();
  for (const char* known : {"/usr", "/usr/local", "/"}) {
    if (prefix == known) return {};
  }
  const bool is_installed = std::filesystem::exists(prefix / "include" / "annex" / "annex.h", code);
  return is_installed ? prefix.string() : std::string();
}

int refuse(const Error& error) {
  std::cerr << "annex: " << error.message << "\n";
  return 1;
}

void add_type_options(CLI::App& app, NewType& type) {
  app.add_option("--version", type.version, "Its first version (default v1alpha1)");
  app.add_option("--plural", type.plural, "The resource's name (default: the kind's plural)");
  app.add_flag("--cluster-scoped", type.cluster_scoped, "Its objects have no namespace");
}

int make_project(NewProject wanted) {
  wanted.prefix = own_prefix();
  const std::string option = wanted.prefix.empty() ? "" : " -DCMAKE_PREFIX_PATH=" + wanted.prefix;
  Plan plan(wanted.name);
  const std::string name = wanted.name;
  if (const Result<void> done = plan_project(std::move(wanted), plan); !done) {
    return refuse(done.error());
  }
  if (const Result<void> done = plan.write_new_folder(); !done) return refuse(done.error());
  std::cout << plan.summary() << "\nNext:\n  cd " << name << "\n  cmake -S . -B build" << option
            << "\n  cmake --build build -j\n  ctest --test-dir build\nREADME.md tells more.\n";
  return 0;
}

/// Runs `change` on the project in `folder` and says what it wrote.
template <typename Change>
int extend(const std::string& folder, Change change) {
  Plan plan(folder);
  const Result<Project> project = Project::read(plan);
  if (!project) return refuse(project.error());
  const Result<void> planned = change(*project, plan);
  if (!planned) return refuse(planned.error());
  if (const Result<void> done = plan.write(); !done) return refuse(done.error());
  std::cout << plan.summary();
  return 0;
}

int run(int argc, const char* const* argv) {
  CLI::App app("Begins and extends projects of Kubernetes extension API servers.", "annex");
  app.set_version_flag("--version", std::string("annex ") + ANNEX_TOOL_VERSION);
  app.require_subcommand(1);

  NewProject project;
  CLI::App& create = *app.add_subcommand("new", "Make a project in a new folder");
  create.add_option("NAME", project.name, "The project's and the folder's name")->required();
  create.add_option("--group", project.group, "Its API group (default NAME.example.com)");
  create.add_option("--kind", project.type.kind, "Its first kind (default: NAME as a kind)");
  add_type_options(create, project.type);

  CLI::App& add = *app.add_subcommand("add", "Add to the project in the current folder");
  add.require_subcommand(1);
  std::string folder = ".";
  add.add_option("--folder", folder, "The project's folder")->capture_default_str();
  NewType type;
  CLI::App& add_type = *add.add_subcommand("type", "Add a kind, with a test and a sample");
  add_type.add_option("KIND", type.kind, "Such as Loaf")->required();
  add_type_options(add_type, type);
  std::string kind;
  std::string version;
  CLI::App& add_version =
      *add.add_subcommand("version", "Add a version of a kind, with its conversions and a test");
  add_version.add_option("KIND", kind, "Such as Loaf")->required();
  add_version.add_option("VERSION", version, "Such as v1beta1")->required();
  std::string subresource;
  CLI::App& add_subresource = *add.add_subcommand("subresource", "Add status or scale to a kind");
  add_subresource.add_option("KIND", kind, "Such as Loaf")->required();
  add_subresource.add_option("SUBRESOURCE", subresource, "status or scale")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    std::cerr << "annex: " << error.what() << " (annex --help says more)\n";
    return 2;
  }
  if (create.parsed()) return make_project(std::move(project));
  if (add_type.parsed()) {
    return extend(folder,
                  [&](const Project& found, Plan& plan) { return plan_type(found, type, plan); });
  }
  if (add_version.parsed()) {
    return extend(folder, [&](const Project& found, Plan& plan) {
      return plan_version(found, kind, version, plan);
    });
  }
  return extend(folder, [&](const Project& found, Plan& plan) {
    return plan_subresource(found, kind, subresource, plan);
  });
}

}  // namespace
}  // namespace annex::tool

int main(int argc, char** argv) { return annex::tool::run(argc, argv); }
