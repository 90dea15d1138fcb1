// The Kubernetes project's sample-apiserver: the same API, and its admission plugin.
#include <annex/annex.h>
#include <annex/sqlite/store.h>

#include "ban_flunder.h"
#include "conversion.h"

namespace wardle {

/// As upstream's sample words it; its names may be whatever a path segment can be, too.
std::string deprecation(const std::string& kind) {
  return "wardle.example.com/v1alpha1 " + kind + " is deprecated in v1.3+, unavailable in v1.10+";
}

struct FlunderHooks {
  void default_object(v1alpha1::Flunder& flunder) const {
    if (flunder.spec.reference_type.value_or("").empty() && !flunder.spec.reference.empty()) {
      flunder.spec.reference_type = "Flunder";
    }
  }

  void validate_create(const v1beta1::Flunder& flunder, annex::FieldErrors& errors) const {
    const v1beta1::FlunderSpec& spec = flunder.spec;
    const annex::FieldPath path("spec");
    const auto invalid = [&](const char* field, const std::string& value, const char* why) {
      errors.invalid(path / field, value, why);
    };
    const bool is_flunder = spec.reference_type == "Flunder";
    const bool is_fischer = spec.reference_type == "Fischer";
    if (!spec.flunder_reference.empty() && !spec.fischer_reference.empty()) {
      invalid("fischerReference", spec.fischer_reference,
              "cannot be set with flunderReference at the same time");
    } else if (!spec.flunder_reference.empty() && !is_flunder) {
      invalid("flunderReference", spec.flunder_reference,
              "cannot be set if referenceType is not Flunder");
    } else if (!spec.fischer_reference.empty() && !is_fischer) {
      invalid("fischerReference", spec.fischer_reference,
              "cannot be set if referenceType is not Fischer");
    } else if (is_fischer && spec.fischer_reference.empty()) {
      invalid("fischerReference", spec.fischer_reference,
              "cannot be empty if referenceType is Fischer");
    } else if (is_flunder && spec.flunder_reference.empty()) {
      invalid("flunderReference", spec.flunder_reference,
              "cannot be empty if referenceType is Flunder");
    }
    if (!spec.reference_type.empty() && !is_flunder && !is_fischer) {
      invalid("referenceType", spec.reference_type, "must be Flunder or Fischer");
    }
  }
};

}  // namespace wardle

int main(int argc, char** argv) {
  annex::Server server("sample-apiserver");
  server.store(annex::sqlite::store());
  server.api_title("Wardle", "0.1");
  server.admission(
      std::make_shared<wardle::BanFlunder>(server.lister<wardle::v1alpha1::Fischer>()));
  auto group = server.group("wardle.example.com");
  group.prefer({"v1beta1", "v1alpha1"});
  group.resource<wardle::v1beta1::Flunder>("flunders", "Flunder", wardle::FlunderHooks{})
      .version("v1beta1")
      .version<wardle::v1alpha1::Flunder>("v1alpha1", wardle::to_hub, wardle::from_hub)
      .stored()
      .deprecated(wardle::deprecation("Flunder"))
      .names(annex::registry::NameRule::kPathSegment);
  group.resource<wardle::v1alpha1::Fischer>("fischers", "Fischer")
      .version("v1alpha1")
      .deprecated(wardle::deprecation("Fischer"))
      .names(annex::registry::NameRule::kPathSegment)
      .cluster_scoped();
  return annex::run(server, argc, argv);
}
