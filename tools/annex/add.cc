#include "add.h"

#include <algorithm>
#include <utility>

#include "edit.h"
#include "names.h"

namespace annex::tool {
namespace {

std::string source_of(const std::string& kind) { return "src/" + file_of(kind) + ".cc"; }
std::string header_of(const std::string& kind, const std::string& version) {
  return "src/" + version + "/" + file_of(kind) + ".h";
}

/// How `src/<kind>.cc` registers the kind.
Result<Registration> registration_of(const std::string& kind, const Plan& plan) {
  if (Result<void> checked = check_kind(kind); !checked) return checked.error();
  const Result<std::string> source = plan.read(source_of(kind));
  if (!source) {
    return Error::bad_request("there is no kind " + kind + " here: " + source.error().message +
                              " (`annex add type " + kind + "` makes one)");
  }
  Result<Registration> found = read_registration(*source, kind);
  if (!found) return Error::bad_request(source_of(kind) + ": " + found.error().message);
  return found;
}

Words words_of(const Project& project, const std::string& kind, const Registration& registration) {
  Words words = project.words();
  words["Kind"] = kind;
  words["file"] = file_of(kind);
  words["hub"] = registration.hub;
  words["scoped_plural"] = registration.cluster_scoped
                               ? registration.plural
                               : "namespaces/default/" + registration.plural;
  return words;
}

Result<void> create(Plan& plan, const std::string& path, const char* from, const Words& words) {
  Result<std::string> text = fill(from, words);
  if (!text) return text.error();
  return plan.create(path, std::move(*text));
}

Result<void> add_status(const Project& project, const std::string& kind,
                        const Registration& registration, Plan& plan) {
  const Words words = words_of(project, kind, registration);
  const Result<std::string> status = fill("status_struct", words);
  if (!status) return status.error();
  for (const std::string& version : registration.versions) {
    const auto edit = [&](const std::string& text) -> Result<std::string> {
      if (has_struct(text, kind + "Status")) {
        return Error::bad_request("there is a struct " + kind + "Status already");
      }
      Result<std::string> with = add_before_struct(text, kind, *status);
      if (!with) return with;
      return add_member(*with, kind, kind + "Status status;",
                        "%.field<&" + kind + "::status>(\"status\", \"What is.\");");
    };
    if (Result<void> done = plan.change(header_of(kind, version), edit); !done) return done;
  }
  const auto edit = [&](const std::string& text) { return add_to_chain(text, kind, ".status()"); };
  if (Result<void> done = plan.change(source_of(kind), edit); !done) return done;
  return create(plan, "tests/" + file_of(kind) + "_status_test.cc", "status_test.cc", words);
}

Result<void> add_scale(const Project& project, const std::string& kind,
                       const Registration& registration, Plan& plan) {
  if (!registration.status) {
    return Error::bad_request("scale shows status.replicas, and " + kind +
                              " has no status: `annex add subresource " + kind +
                              " status` comes first");
  }
  for (const std::string& version : registration.versions) {
    const auto edit = [&](const std::string& text) -> Result<std::string> {
      Result<std::string> edited = add_include(text, "<cstdint>");
      if (!edited) return edited;
      const std::string spec = kind + "Spec";
      edited = add_member(*edited, spec, "std::int32_t replicas = 1;",
                          "%.field<&" + spec +
                              "::replicas>(\"replicas\", \"How many are wanted.\")\n"
                              "        .defaulted()\n        .minimum(0);");
      if (!edited) return edited;
      const std::string status = kind + "Status";
      return add_member(
          *edited, status, "std::int32_t replicas = 0;",
          "%.field<&" + status + "::replicas>(\"replicas\", \"How many there are.\").defaulted();");
    };
    if (Result<void> done = plan.change(header_of(kind, version), edit); !done) return done;
  }
  const auto edit = [&](const std::string& text) {
    return add_to_chain(text, kind, ".scale({\"spec.replicas\", \"status.replicas\", \"\"})");
  };
  if (Result<void> done = plan.change(source_of(kind), edit); !done) return done;
  return create(plan, "tests/" + file_of(kind) + "_scale_test.cc", "scale_test.cc",
                words_of(project, kind, registration));
}

}  // namespace

Result<void> plan_version(const Project& project, const std::string& kind,
                          const std::string& version, Plan& plan) {
  if (Result<void> checked = check_version(version); !checked) return checked;
  const Result<Registration> registration = registration_of(kind, plan);
  if (!registration) return registration.error();
  const std::vector<std::string>& known = registration->versions;
  if (std::find(known.begin(), known.end(), version) != known.end()) {
    return Error::bad_request(kind + " has the version " + version + " already");
  }
  Words words = words_of(project, kind, *registration);
  words["version"] = version;
  const std::string& hub = registration->hub;
  const std::string file = file_of(kind);
  const Result<std::string> header = plan.read(header_of(kind, hub));
  if (!header) return header.error();
  const std::string stem = "src/" + version + "/" + file;
  for (Result<void> done :
       {plan.create(stem + ".h", rename_version(*header, hub, version)),
        create(plan, stem + "_conversion.h", "version_conversion.h", words),
        create(plan, stem + "_conversion.cc", "version_conversion.cc", words),
        create(plan, "tests/" + file + "_" + version + "_test.cc", "version_test.cc", words)}) {
    if (!done) return done;
  }
  return plan.change(source_of(kind), [&](const std::string& text) -> Result<std::string> {
    Result<std::string> included = add_include(text, version + "/" + file + "_conversion.h");
    if (!included) return included;
    return add_to_chain(*included, kind,
                        ".version<" + version + "::" + kind + ">(\"" + version + "\", " + version +
                            "::to_hub, " + version + "::from_hub)");
  });
}

Result<void> plan_subresource(const Project& project, const std::string& kind,
                              const std::string& subresource, Plan& plan) {
  if (subresource != "status" && subresource != "scale") {
    return Error::bad_request("there is no subresource \"" + subresource +
                              "\": status and scale can be added");
  }
  const Result<Registration> registration = registration_of(kind, plan);
  if (!registration) return registration.error();
  const bool is_status = subresource == "status";
  if (is_status ? registration->status : registration->scale) {
    return Error::bad_request(kind + " has the subresource " + subresource + " already");
  }
  return is_status ? add_status(project, kind, *registration, plan)
                   : add_scale(project, kind, *registration, plan);
}

}  // namespace annex::tool
