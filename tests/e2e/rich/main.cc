// The kind of tests/e2e/controlplane/rich, described: every kind of field and every switch of a
// resource, for comparing with a server built on k8s.io/apiserver and with a
// CustomResourceDefinition of the same schema.
#include <annex/annex.h>

#include "widget.h"

namespace {

using rich::OldWidget;
using rich::Widget;

struct WidgetHooks {
  void validate_update(const Widget& widget, const Widget& old, annex::FieldErrors& errors) const {
    if (old.spec.big == 0 || old.spec.big == widget.spec.big) return;
    errors.invalid(annex::FieldPath("spec") / "big", widget.spec.big, "field is immutable");
  }
  std::vector<std::string> warn(const Widget& widget) const {
    if (widget.spec.color != "mauve") return {};
    return {"spec.color: mauve is out of fashion"};
  }
  std::vector<annex::Column<Widget>> columns() const {
    return {{.name = "Color", .cell = [](const Widget& widget) { return widget.spec.color; }},
            {.name = "Replicas",
             .type = "integer",
             .cell = [](const Widget& widget) { return widget.spec.replicas.value_or(0); }},
            {.name = "Text",
             .cell = [](const Widget& widget) { return widget.spec.text; },
             .priority = 1}};
  }
  std::vector<annex::SelectableField<Widget>> selectable_fields() const {
    return {{"spec.color", [](const Widget& widget) { return widget.spec.color; }},
            {"spec.mode", [](const Widget& widget) {
               return std::string(widget.spec.mode == rich::Mode::kAuto ? "Auto" : "Manual");
             }}};
  }
};

}  // namespace

int main(int argc, char** argv) {
  annex::Server server("rich-apiserver");
  server.group("rich.example.com")
      .resource<Widget>("widgets", "Widget", WidgetHooks{})
      .version("v1")
      .version<OldWidget>("v1beta1", rich::from_old, rich::to_old)
      .status()
      .scale({.spec_replicas = "spec.replicas",
              .status_replicas = "status.replicas",
              .selector = "status.selector"})
      .create_on_update()
      .unconditional_update()
      .names(annex::registry::NameRule::kPathSegment)
      .short_name("wd")
      .short_name("wdg")
      .category("all");
  return annex::run(server, argc, argv);
}
