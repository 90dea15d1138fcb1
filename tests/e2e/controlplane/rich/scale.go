package rich

import (
	"context"
	"fmt"

	autoscaling "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/endpoints/request"
	genericregistry "k8s.io/apiserver/pkg/registry/generic/registry"
	"k8s.io/apiserver/pkg/registry/rest"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

var replicasPaths = managedfields.ResourcePathMappings{
	v1.String():      fieldpath.MakePathOrDie("spec", "replicas"),
	v1beta1.String(): fieldpath.MakePathOrDie("spec", "count"),
}

type scaleREST struct{ store *genericregistry.Store }

func (scaleREST) New() runtime.Object { return &autoscaling.Scale{} }
func (scaleREST) Destroy()            {}
func (scaleREST) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return autoscaling.SchemeGroupVersion.WithKind("Scale")
}

func (r scaleREST) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	return rest.NewDefaultTableConvertor(plural).ConvertToTable(ctx, obj, options)
}

func replicasOf(obj runtime.Object) (int64, error) {
	if scale, ok := obj.(*autoscaling.Scale); ok {
		return int64(scale.Spec.Replicas), nil
	}
	return 0, fmt.Errorf("no scale: %T", obj)
}

func scaleOf(widget *Widget) *autoscaling.Scale {
	return &autoscaling.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: widget.Name, Namespace: widget.Namespace, UID: widget.UID,
			ResourceVersion: widget.ResourceVersion, CreationTimestamp: widget.CreationTimestamp},
		Spec:   autoscaling.ScaleSpec{Replicas: *widget.Spec.Replicas},
		Status: autoscaling.ScaleStatus{Replicas: widget.Status.Replicas, Selector: widget.Status.Selector},
	}
}

func (r scaleREST) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	obj, err := r.store.Get(ctx, name, options)
	if err != nil {
		return nil, err
	}
	return scaleOf(obj.(*Widget)), nil
}

func (r scaleREST) Update(ctx context.Context, name string, info rest.UpdatedObjectInfo, create rest.ValidateObjectFunc,
	update rest.ValidateObjectUpdateFunc, _ bool, options *metav1.UpdateOptions) (runtime.Object, bool, error) {
	obj, _, err := r.store.Update(ctx, name, &scaleInfo{info, name},
		func(ctx context.Context, obj runtime.Object) error { return create(ctx, scaleOf(obj.(*Widget))) },
		func(ctx context.Context, obj, old runtime.Object) error {
			return update(ctx, scaleOf(obj.(*Widget)), scaleOf(old.(*Widget)))
		}, false, options)
	if err != nil {
		return nil, false, err
	}
	return scaleOf(obj.(*Widget)), false, nil
}

// scaleInfo makes of a wanted Scale the wanted widget.
type scaleInfo struct {
	rest.UpdatedObjectInfo
	name string
}

func (i *scaleInfo) UpdatedObject(ctx context.Context, old runtime.Object) (runtime.Object, error) {
	widget := old.(*Widget).DeepCopy()
	if widget.ResourceVersion == "" {
		return nil, apierrors.NewNotFound(plural, i.name)
	}
	info, _ := request.RequestInfoFrom(ctx)
	managers := managedfields.NewScaleHandler(widget.ManagedFields,
		schema.GroupVersion{Group: info.APIGroup, Version: info.APIVersion}, replicasPaths)
	before := scaleOf(widget)
	var err error
	if before.ManagedFields, err = managers.ToSubresource(); err != nil {
		return nil, err
	}
	obj, err := i.UpdatedObjectInfo.UpdatedObject(ctx, before)
	if err != nil {
		return nil, err
	}
	scale := obj.(*autoscaling.Scale)
	if scale.Spec.Replicas < 0 {
		return nil, apierrors.NewInvalid(schema.GroupKind{Group: "autoscaling", Kind: "Scale"}, widget.Name,
			field.ErrorList{field.Invalid(field.NewPath("spec", "replicas"), scale.Spec.Replicas,
				"must be greater than or equal to 0")})
	}
	if scale.UID != "" && scale.UID != widget.UID {
		return nil, apierrors.NewConflict(schema.GroupResource{Group: groupName, Resource: "widgets/scale"}, widget.Name,
			fmt.Errorf("Precondition failed: UID in precondition: %v, UID in object meta: %v", scale.UID, widget.UID))
	}
	widget.Spec.Replicas = &scale.Spec.Replicas
	if scale.ResourceVersion != "" {
		widget.ResourceVersion = scale.ResourceVersion
	}
	if widget.ManagedFields, err = managers.ToParent(scale.ManagedFields); err != nil {
		return nil, err
	}
	return widget, nil
}
