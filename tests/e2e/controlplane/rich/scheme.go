package rich

import (
	"fmt"

	autoscaling "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/conversion"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
)

const groupName = "rich.example.com"

var (
	scheme   = runtime.NewScheme()
	codecs   = serializer.NewCodecFactory(scheme)
	internal = schema.GroupVersion{Group: groupName, Version: runtime.APIVersionInternal}
	v1       = schema.GroupVersion{Group: groupName, Version: "v1"}
	v1beta1  = schema.GroupVersion{Group: groupName, Version: "v1beta1"}
	plural   = schema.GroupResource{Group: groupName, Resource: "widgets"}
)

func toOld(in *Widget) *OldWidget {
	in = in.DeepCopy()
	return &OldWidget{ObjectMeta: in.ObjectMeta, Note: in.Spec.Text, Status: in.Status,
		Spec: OldSpec{Count: in.Spec.Replicas, Common: in.Spec.Common}}
}

func fromOld(in *OldWidget) *Widget {
	in = in.DeepCopy()
	return &Widget{ObjectMeta: in.ObjectMeta, Status: in.Status,
		Spec: Spec{Replicas: in.Spec.Count, Text: in.Note, Common: in.Spec.Common}}
}

func fill[T any](member **T, value T) {
	if *member == nil {
		*member = &value
	}
}

func fillDefaults(replicas **int32, spec *Common) {
	fill(replicas, 1)
	fill(&spec.Mode, "Auto")
	for i := range spec.Ports {
		fill(&spec.Ports[i].Protocol, "TCP")
	}
}

func convert[From, To any](how func(*From, *To)) (*From, *To, conversion.ConversionFunc) {
	return nil, nil, func(from, to interface{}, _ conversion.Scope) error {
		how(from.(*From), to.(*To))
		return nil
	}
}

func init() {
	scheme.AddKnownTypes(internal, &Widget{}, &WidgetList{})
	scheme.AddKnownTypes(v1, &Widget{}, &WidgetList{})
	scheme.AddKnownTypeWithName(v1beta1.WithKind("Widget"), &OldWidget{})
	scheme.AddKnownTypeWithName(v1beta1.WithKind("WidgetList"), &OldWidgetList{})
	metav1.AddToGroupVersion(scheme, v1)
	metav1.AddToGroupVersion(scheme, v1beta1)
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	scheme.AddUnversionedTypes(schema.GroupVersion{Version: "v1"}, &metav1.Status{}, &metav1.APIVersions{},
		&metav1.APIGroupList{}, &metav1.APIGroup{}, &metav1.APIResourceList{})
	utilruntime.Must(autoscaling.AddToScheme(scheme))
	utilruntime.Must(scheme.SetVersionPriority(v1, v1beta1))

	scheme.AddTypeDefaultingFunc(&Widget{}, func(o interface{}) {
		w := o.(*Widget)
		fillDefaults(&w.Spec.Replicas, &w.Spec.Common)
	})
	scheme.AddTypeDefaultingFunc(&OldWidget{}, func(o interface{}) {
		w := o.(*OldWidget)
		fillDefaults(&w.Spec.Count, &w.Spec.Common)
	})
	for _, add := range []func() error{
		func() error {
			return scheme.AddConversionFunc(convert(func(from *Widget, to *OldWidget) { *to = *toOld(from) }))
		},
		func() error {
			return scheme.AddConversionFunc(convert(func(from *OldWidget, to *Widget) { *to = *fromOld(from) }))
		},
		func() error {
			return scheme.AddConversionFunc(convert(func(from *WidgetList, to *OldWidgetList) {
				to.ListMeta, to.Items = from.ListMeta, make([]OldWidget, 0, len(from.Items))
				for i := range from.Items {
					to.Items = append(to.Items, *toOld(&from.Items[i]))
				}
			}))
		},
		func() error {
			return scheme.AddConversionFunc(convert(func(from *OldWidgetList, to *WidgetList) {
				to.ListMeta, to.Items = from.ListMeta, make([]Widget, 0, len(from.Items))
				for i := range from.Items {
					to.Items = append(to.Items, *fromOld(&from.Items[i]))
				}
			}))
		},
	} {
		utilruntime.Must(add())
	}
	for _, version := range []schema.GroupVersion{v1, v1beta1} {
		utilruntime.Must(scheme.AddFieldLabelConversionFunc(version.WithKind("Widget"),
			func(label, value string) (string, string, error) {
				if label == "spec.color" || label == "spec.mode" {
					return label, value, nil
				}
				if label == "metadata.name" || label == "metadata.namespace" {
					return label, value, nil
				}
				return "", "", fmt.Errorf("field label not supported: %s", label)
			}))
	}
}
