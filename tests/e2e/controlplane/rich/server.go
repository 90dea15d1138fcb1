package rich

import (
	"context"
	"net"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/openapi"
	"k8s.io/apiserver/pkg/registry/generic"
	genericregistry "k8s.io/apiserver/pkg/registry/generic/registry"
	"k8s.io/apiserver/pkg/registry/rest"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/storage/names"
	"k8s.io/apiserver/pkg/util/compatibility"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

type widgetREST struct{ *genericregistry.Store }

func (widgetREST) ShortNames() []string { return []string{"wd", "wdg"} }
func (widgetREST) Categories() []string { return []string{"all"} }

type statusREST struct{ store *genericregistry.Store }

func (statusREST) New() runtime.Object { return &Widget{} }
func (statusREST) Destroy()            {}
func (r statusREST) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	return r.store.Get(ctx, name, options)
}
func (r statusREST) Update(ctx context.Context, name string, info rest.UpdatedObjectInfo, create rest.ValidateObjectFunc,
	update rest.ValidateObjectUpdateFunc, _ bool, options *metav1.UpdateOptions) (runtime.Object, bool, error) {
	return r.store.Update(ctx, name, info, create, update, false, options)
}
func (r statusREST) GetResetFields() map[fieldpath.APIVersion]*fieldpath.Set {
	return r.store.GetResetFields()
}
func (r statusREST) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	return r.store.ConvertToTable(ctx, obj, options)
}

func storage(getter generic.RESTOptionsGetter) (map[string]rest.Storage, error) {
	own := strategy{scheme, names.SimpleNameGenerator}
	store := &genericregistry.Store{
		NewFunc:                   func() runtime.Object { return &Widget{} },
		NewListFunc:               func() runtime.Object { return &WidgetList{} },
		DefaultQualifiedResource:  plural,
		SingularQualifiedResource: schema.GroupResource{Group: groupName, Resource: "widget"},
		CreateStrategy:            own, UpdateStrategy: own, DeleteStrategy: own, ResetFieldsStrategy: own,
		TableConvertor: tables{},
	}
	if err := store.CompleteWithOptions(&generic.StoreOptions{RESTOptions: getter, AttrFunc: attributes}); err != nil {
		return nil, err
	}
	status := *store
	status.UpdateStrategy, status.ResetFieldsStrategy = statusStrategy{own}, statusStrategy{own}
	return map[string]rest.Storage{"widgets": widgetREST{store}, "widgets/status": statusREST{&status},
		"widgets/scale": scaleREST{store}}, nil
}

func run(ctx context.Context, o *options.RecommendedOptions) error {
	if err := o.SecureServing.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{net.IPv4(127, 0, 0, 1)}); err != nil {
		return err
	}
	config := genericapiserver.NewRecommendedConfig(codecs)
	namer := openapi.NewDefinitionNamer(scheme)
	config.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(definitions, namer)
	config.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(definitions, namer)
	config.OpenAPIConfig.Info.Title, config.OpenAPIV3Config.Info.Title = "Rich", "Rich"
	config.EffectiveVersion = compatibility.DefaultBuildEffectiveVersion()
	if err := o.ApplyTo(config); err != nil {
		return err
	}
	server, err := config.Complete().New("rich-apiserver", genericapiserver.NewEmptyDelegate())
	if err != nil {
		return err
	}
	group := genericapiserver.NewDefaultAPIGroupInfo(groupName, scheme, metav1.ParameterCodec, codecs)
	for _, version := range []string{"v1", "v1beta1"} {
		if group.VersionedResourcesStorageMap[version], err = storage(config.RESTOptionsGetter); err != nil {
			return err
		}
	}
	if err := server.InstallAPIGroup(&group); err != nil {
		return err
	}
	return server.PrepareRun().RunWithContext(ctx)
}

// NewCommand serves the kind with upstream's flags.
func NewCommand(ctx context.Context) *cobra.Command {
	o := options.NewRecommendedOptions("/registry/"+groupName, codecs.LegacyCodec(v1))
	o.Etcd.StorageConfig.EncodeVersioner = runtime.NewMultiGroupVersioner(v1, schema.GroupKind{Group: groupName})
	cmd := &cobra.Command{Use: "rich-apiserver", RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), o) }}
	cmd.SetContext(ctx)
	o.AddFlags(cmd.Flags())
	return cmd
}
