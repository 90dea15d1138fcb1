package rich

import (
	"context"
	"fmt"
	"time"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta/table"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/storage/names"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

type strategy struct {
	runtime.ObjectTyper
	names.NameGenerator
}

func (strategy) NamespaceScoped() bool                         { return true }
func (strategy) AllowCreateOnUpdate(context.Context) bool      { return true }
func (strategy) AllowUnconditionalUpdate(context.Context) bool { return true }
func (strategy) Canonicalize(runtime.Object)                   {}
func (strategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	return warnings(obj)
}
func (strategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	return warnings(obj)
}

func warnings(obj runtime.Object) []string {
	if obj.(*Widget).Spec.Color == "mauve" {
		return []string{"spec.color: mauve is out of fashion"}
	}
	return nil
}

func (strategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	widget := obj.(*Widget)
	widget.Status = Status{}
	widget.Generation = 1
}

func (strategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	widget, live := obj.(*Widget), old.(*Widget)
	widget.Status = live.Status
	if !apiequality.Semantic.DeepEqual(widget.Spec, live.Spec) {
		widget.Generation = live.Generation + 1
	}
}

func (strategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validate(obj.(*Widget))
}

func (strategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	errs := validate(obj.(*Widget))
	if was, is := old.(*Widget).Spec.Big, obj.(*Widget).Spec.Big; was != 0 && was != is {
		errs = append(errs, field.Invalid(field.NewPath("spec", "big"), is, "field is immutable"))
	}
	return errs
}

func (strategy) GetResetFields() map[fieldpath.APIVersion]*fieldpath.Set {
	return resets("status")
}

type statusStrategy struct{ strategy }

func (statusStrategy) AllowCreateOnUpdate(context.Context) bool { return false }

func (statusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	widget, live := obj.(*Widget), old.(*Widget)
	status, version, managed := widget.Status, widget.ResourceVersion, widget.ManagedFields
	*widget = *live.DeepCopy()
	widget.Status, widget.ResourceVersion, widget.ManagedFields = status, version, managed
}

func (statusStrategy) GetResetFields() map[fieldpath.APIVersion]*fieldpath.Set {
	return resets("spec", "metadata", "note")
}

func resets(members ...string) map[fieldpath.APIVersion]*fieldpath.Set {
	set := fieldpath.NewSet()
	for _, member := range members {
		set.Insert(fieldpath.MakePathOrDie(member))
	}
	return map[fieldpath.APIVersion]*fieldpath.Set{
		fieldpath.APIVersion(v1.String()): set, fieldpath.APIVersion(v1beta1.String()): set}
}

func validate(widget *Widget) field.ErrorList {
	var errs field.ErrorList
	spec, path := &widget.Spec, field.NewPath("spec")
	atLeast := func(value int64, limit int64, at *field.Path) {
		if value < limit {
			errs = append(errs, field.Invalid(at, value,
				fmt.Sprintf("%s in body should be greater than or equal to %d", at, limit)))
		}
	}
	atLeast(int64(*spec.Replicas), 0, path.Child("replicas"))
	if len([]rune(spec.Text)) > 20 {
		errs = append(errs, field.TooLongCharacters(path.Child("text"), spec.Text, 20))
	}
	if mode := *spec.Mode; mode != "Auto" && mode != "Manual" {
		errs = append(errs, field.NotSupported(path.Child("mode"), mode, []string{"Auto", "Manual"}))
	}
	seen := map[string]bool{}
	for i, tag := range spec.Tags {
		if seen[tag] {
			errs = append(errs, field.Duplicate(path.Child("tags").Index(i), tag))
		}
		seen[tag] = true
	}
	if len(spec.Words) > 3 {
		errs = append(errs, field.TooMany(path.Child("words"), len(spec.Words), 3))
	}
	seen = map[string]bool{}
	for i, port := range spec.Ports {
		if seen[port.Name] {
			errs = append(errs, field.Duplicate(path.Child("ports").Index(i), map[string]string{"name": port.Name}))
		}
		seen[port.Name] = true
	}
	for i, port := range spec.Ports {
		atLeast(int64(port.Number), 0, path.Child("ports").Index(i).Child("number"))
	}
	return errs
}

func attributes(obj runtime.Object) (labels.Set, fields.Set, error) {
	widget, ok := obj.(*Widget)
	if !ok {
		return nil, nil, fmt.Errorf("no widget")
	}
	set := fields.Set{"spec.color": widget.Spec.Color, "spec.mode": *widget.Spec.Mode}
	return widget.Labels, generic.AddObjectMetaFieldsSet(set, &widget.ObjectMeta, true), nil
}

// tables shows three columns of its own beside the name and the age.
type tables struct{}

func (tables) ConvertToTable(_ context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	made := &metav1.Table{}
	if opts, ok := options.(*metav1.TableOptions); !ok || !opts.NoHeaders {
		made.ColumnDefinitions = []metav1.TableColumnDefinition{
			{Name: "Name", Type: "string", Format: "name"}, {Name: "Color", Type: "string"},
			{Name: "Replicas", Type: "integer"}, {Name: "Text", Type: "string", Priority: 1},
			{Name: "Age", Type: "string"}}
	}
	rows, err := table.MetaToTableRow(obj, func(obj runtime.Object, m metav1.Object, name, _ string) ([]interface{}, error) {
		age := "<unknown>"
		if at := m.GetCreationTimestamp(); !at.IsZero() {
			age = duration.HumanDuration(time.Since(at.Time))
		}
		if widget, ok := obj.(*Widget); ok {
			replicas := int64(0)
			if widget.Spec.Replicas != nil {
				replicas = int64(*widget.Spec.Replicas)
			}
			return []interface{}{name, widget.Spec.Color, replicas, widget.Spec.Text, age}, nil
		}
		scale, err := replicasOf(obj)
		return []interface{}{name, "", scale, "", age}, err
	})
	if list, ok := obj.(metav1.ListInterface); ok {
		made.ResourceVersion, made.Continue = list.GetResourceVersion(), list.GetContinue()
		made.RemainingItemCount = list.GetRemainingItemCount()
	} else if m, ok := obj.(metav1.Object); ok {
		made.ResourceVersion = m.GetResourceVersion()
	}
	made.Rows = rows
	return made, err
}
