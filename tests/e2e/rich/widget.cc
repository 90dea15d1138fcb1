#include "widget.h"

namespace rich {
namespace {

namespace schema = annex::schema;

template <typename S>
void describe_common(schema::Object<S>& spec) {
  spec.template field<&S::color>("color", "Its color.").defaulted();
  spec.template field<&S::mode>("mode", "How it is run.").defaulted();
  spec.template field<&S::big>("big", "A large number.");
  spec.template field<&S::small>("small", "A small number.");
  spec.template field<&S::ratio>("ratio", "A fraction.");
  spec.template field<&S::paused>("paused", "Whether it rests.");
  spec.template field<&S::enabled>("enabled", "Whether it is wanted.");
  spec.template field<&S::tags>("tags", "A set.").list_set();
  spec.template field<&S::words>("words", "A list.").max_items(3);
  spec.template field<&S::ports>("ports", "A map in a list.").list_map("name");
  spec.template field<&S::options>("options", "Texts by name.");
  spec.template field<&S::weights>("weights", "Numbers by name.");
  spec.template field<&S::parts>("parts", "Objects by name.");
  spec.template field<&S::size>("size", "A quantity.").defaulted();
  spec.template field<&S::limits>("limits", "Quantities by name.");
  spec.template field<&S::start_at>("startAt", "A time.");
  spec.template field<&S::tick>("tick", "A time to the microsecond.");
  spec.template field<&S::patience>("patience", "A duration.");
  spec.template field<&S::target>("target", "A number or a text.");
  spec.template field<&S::data>("data", "Bytes.");
  spec.template field<&S::extension>("template", "Any object.");
  spec.template field<&S::free>("free", "Any value.");
  spec.template field<&S::part>("part", "An object.").defaulted();
  spec.template field<&S::extra>("extra", "An object that may be absent.");
}

/// Parts hold each other by one owning pointer: between the versions, specs go as documents.
template <typename To, typename From>
To carried(const From& from) {
  return std::move(*schema::decode<To>(schema::encode(from)));
}

}  // namespace

void describe(schema::Enum<Mode>& mode) {
  mode.value(Mode::kAuto, "Auto").value(Mode::kManual, "Manual");
}

void describe(schema::Object<Port>& port) {
  port.field<&Port::name>("name", "Its name.").defaulted();
  port.field<&Port::number>("number", "Its number.").minimum(0);
  port.field<&Port::protocol>("protocol", "What is spoken there.").defaulted();
}

void describe(schema::Object<Part>& part) {
  part.field<&Part::name>("name", "Its name.");
  part.field<&Part::count>("count", "How many.");
  part.field<&Part::inner>("inner", "What is inside.");
}

void describe(schema::Object<Spec>& spec) {
  spec.field<&Spec::replicas>("replicas", "How many are wanted.").defaulted(1).minimum(0);
  spec.field<&Spec::text>("text", "A text.").max_length(20);
  describe_common(spec);
}

void describe(schema::Object<OldSpec>& spec) {
  spec.field<&OldSpec::count>("count", "How many are wanted.").defaulted(1).minimum(0);
  describe_common(spec);
}

void describe(schema::Object<Status>& status) {
  status.field<&Status::replicas>("replicas", "How many there are.").defaulted();
  status.field<&Status::selector>("selector", "What they are found by.");
  status.field<&Status::phase>("phase", "How far it is.");
  status.field<&Status::observed_generation>("observedGeneration", "What was looked at.");
}

void describe(schema::Object<Widget>& widget) {
  widget.field<&Widget::metadata>("metadata", "Standard object metadata.");
  widget.field<&Widget::spec>("spec", "What is wanted.").defaulted();
  widget.field<&Widget::status>("status", "What is.").defaulted();
}

void describe(schema::Object<OldWidget>& widget) {
  widget.field<&OldWidget::metadata>("metadata", "Standard object metadata.");
  widget.field<&OldWidget::note>("note", "A text.").max_length(20);
  widget.field<&OldWidget::spec>("spec", "What is wanted.").defaulted();
  widget.field<&OldWidget::status>("status", "What is.").defaulted();
}

Widget from_old(const OldWidget& old) {
  Widget widget;
  widget.metadata = old.metadata;
  widget.spec = carried<Spec>(old.spec);
  widget.spec.replicas = old.spec.count;
  widget.spec.text = old.note;
  widget.status = old.status;
  return widget;
}

OldWidget to_old(const Widget& widget) {
  OldWidget old;
  old.metadata = widget.metadata;
  old.note = widget.spec.text;
  old.spec = carried<OldSpec>(widget.spec);
  old.spec.count = widget.spec.replicas;
  old.status = widget.status;
  return old;
}

}  // namespace rich
