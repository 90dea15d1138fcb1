// Package rich is an API server built on k8s.io/apiserver that serves one kind with every kind of field and every
// switch of a resource: what annex must not be told from.
package rich

import (
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Common is what the spec has in both versions.
type Common struct {
	Color    string                       `json:"color"`
	Mode     *string                      `json:"mode,omitempty"`
	Big      int64                        `json:"big,omitempty"`
	Small    *int32                       `json:"small,omitempty"`
	Ratio    float64                      `json:"ratio,omitempty"`
	Paused   bool                         `json:"paused,omitempty"`
	Enabled  *bool                        `json:"enabled,omitempty"`
	Tags     []string                     `json:"tags,omitempty" patchStrategy:"merge"`
	Words    []string                     `json:"words,omitempty"`
	Ports    []Port                       `json:"ports,omitempty" patchStrategy:"merge" patchMergeKey:"name"`
	Options  map[string]string            `json:"options,omitempty"`
	Weights  map[string]int32             `json:"weights,omitempty"`
	Parts    map[string]Part              `json:"parts,omitempty"`
	Size     resource.Quantity            `json:"size"`
	Limits   map[string]resource.Quantity `json:"limits,omitempty"`
	StartAt  *metav1.Time                 `json:"startAt,omitempty"`
	Tick     *metav1.MicroTime            `json:"tick,omitempty"`
	Patience *metav1.Duration             `json:"patience,omitempty"`
	Target   *intstr.IntOrString          `json:"target,omitempty"`
	Data     []byte                       `json:"data,omitempty"`
	Template *runtime.RawExtension        `json:"template,omitempty"`
	Free     *apiextensions.JSON          `json:"free,omitempty"`
	Part     Part                         `json:"part"`
	Extra    *Part                        `json:"extra,omitempty"`
}

type Port struct {
	Name     string  `json:"name"`
	Number   int32   `json:"number,omitempty"`
	Protocol *string `json:"protocol,omitempty"`
}

// Part holds itself.
type Part struct {
	Name  string `json:"name,omitempty"`
	Count int32  `json:"count,omitempty"`
	Inner *Part  `json:"inner,omitempty"`
}

type Spec struct {
	Replicas *int32 `json:"replicas,omitempty"`
	Text     string `json:"text,omitempty"`
	Common   `json:",inline"`
}

type Status struct {
	Replicas           int32  `json:"replicas"`
	Selector           string `json:"selector,omitempty"`
	Phase              string `json:"phase,omitempty"`
	ObservedGeneration int64  `json:"observedGeneration,omitempty"`
}

// Widget is the form of v1 and the internal one.
type Widget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              Spec   `json:"spec"`
	Status            Status `json:"status"`
}

type WidgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Widget `json:"items"`
}

// OldSpec calls two fields by other names, and has one of them in another place.
type OldSpec struct {
	Count  *int32 `json:"count,omitempty"`
	Common `json:",inline"`
}

// OldWidget is the form of v1beta1.
type OldWidget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Note              string  `json:"note,omitempty"`
	Spec              OldSpec `json:"spec"`
	Status            Status  `json:"status"`
}

type OldWidgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OldWidget `json:"items"`
}

const prefix = "com.example.rich."

func (Common) OpenAPIModelName() string        { return prefix + "v1.Common" }
func (Port) OpenAPIModelName() string          { return prefix + "v1.Port" }
func (Part) OpenAPIModelName() string          { return prefix + "v1.Part" }
func (Spec) OpenAPIModelName() string          { return prefix + "v1.Spec" }
func (Status) OpenAPIModelName() string        { return prefix + "v1.Status" }
func (Widget) OpenAPIModelName() string        { return prefix + "v1.Widget" }
func (WidgetList) OpenAPIModelName() string    { return prefix + "v1.WidgetList" }
func (OldSpec) OpenAPIModelName() string       { return prefix + "v1beta1.OldSpec" }
func (OldWidget) OpenAPIModelName() string     { return prefix + "v1beta1.Widget" }
func (OldWidgetList) OpenAPIModelName() string { return prefix + "v1beta1.WidgetList" }
