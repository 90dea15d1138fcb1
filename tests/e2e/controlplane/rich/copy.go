package rich

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
)

func copied[T any](value *T) *T {
	if value == nil {
		return nil
	}
	other := *value
	return &other
}

func (in *Part) DeepCopy() *Part {
	out := copied(in)
	if out != nil {
		out.Inner = in.Inner.DeepCopy()
	}
	return out
}

func (in *Common) deepCopyInto(out *Common) {
	*out = *in
	out.Mode, out.Small, out.Enabled = copied(in.Mode), copied(in.Small), copied(in.Enabled)
	out.Tags, out.Words, out.Ports = slices.Clone(in.Tags), slices.Clone(in.Words), slices.Clone(in.Ports)
	out.Options, out.Weights, out.Parts = maps.Clone(in.Options), maps.Clone(in.Weights), maps.Clone(in.Parts)
	for i := range out.Ports {
		out.Ports[i].Protocol = copied(out.Ports[i].Protocol)
	}
	for name, part := range in.Parts {
		out.Parts[name] = *part.DeepCopy()
	}
	out.Size = in.Size.DeepCopy()
	if in.Limits != nil {
		out.Limits = map[string]resource.Quantity{}
		for name, limit := range in.Limits {
			out.Limits[name] = limit.DeepCopy()
		}
	}
	out.StartAt, out.Tick, out.Patience = in.StartAt.DeepCopy(), in.Tick.DeepCopy(), copied(in.Patience)
	out.Target, out.Data = copied(in.Target), slices.Clone(in.Data)
	out.Template, out.Free = in.Template.DeepCopy(), in.Free.DeepCopy()
	out.Part, out.Extra = *in.Part.DeepCopy(), in.Extra.DeepCopy()
}

func (in *Spec) DeepCopyInto(out *Spec) {
	*out = *in
	out.Replicas = copied(in.Replicas)
	in.Common.deepCopyInto(&out.Common)
}

func (in *OldSpec) DeepCopyInto(out *OldSpec) {
	*out = *in
	out.Count = copied(in.Count)
	in.Common.deepCopyInto(&out.Common)
}

func (in *Widget) DeepCopy() *Widget {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	in.Spec.DeepCopyInto(&out.Spec)
	return &out
}

func (in *OldWidget) DeepCopy() *OldWidget {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	in.Spec.DeepCopyInto(&out.Spec)
	return &out
}

func (in *Widget) DeepCopyObject() runtime.Object    { return in.DeepCopy() }
func (in *OldWidget) DeepCopyObject() runtime.Object { return in.DeepCopy() }

func (in *WidgetList) DeepCopyObject() runtime.Object {
	out := *in
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = nil
	for i := range in.Items {
		out.Items = append(out.Items, *in.Items[i].DeepCopy())
	}
	return &out
}

func (in *OldWidgetList) DeepCopyObject() runtime.Object {
	out := *in
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = nil
	for i := range in.Items {
		out.Items = append(out.Items, *in.Items[i].DeepCopy())
	}
	return &out
}
