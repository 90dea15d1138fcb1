package rich

import (
	"reflect"
	"strings"

	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/validation/spec"
	generated "k8s.io/kubernetes/pkg/generated/openapi"
)

type named interface{ OpenAPIModelName() string }

// definitions are Kubernetes' own and, read off the structs, those of this group.
func definitions(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
	all := generated.GetOpenAPIDefinitions(ref)
	for _, value := range []any{Widget{}, WidgetList{}, Spec{}, Status{}, Port{}, Part{}, OldWidget{}, OldWidgetList{}, OldSpec{}} {
		schema := spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{"object"}, Properties: map[string]spec.Schema{}}}
		needs := map[string]bool{}
		add(reflect.TypeOf(value), ref, &schema, needs)
		definition := common.OpenAPIDefinition{Schema: schema}
		for name := range needs {
			definition.Dependencies = append(definition.Dependencies, name)
		}
		all[value.(named).OpenAPIModelName()] = definition
	}
	return all
}

func add(t reflect.Type, ref common.ReferenceCallback, schema *spec.Schema, needs map[string]bool) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			add(field.Type, ref, schema, needs)
			continue
		}
		member := typeOf(field.Type, ref, needs)
		if text, known := defaults[t.Name()+"."+name]; known {
			member.Default = text
		}
		switch name {
		case "tags":
			member.Extensions = spec.Extensions{"x-kubernetes-list-type": "set"}
		case "ports":
			member.Extensions = spec.Extensions{"x-kubernetes-list-type": "map",
				"x-kubernetes-list-map-keys": []interface{}{"name"}}
		}
		schema.Properties[name] = member
		if options != "omitempty" && (name == "items" || t.Name() == "Port") {
			schema.Required = append(schema.Required, name)
		}
	}
}

var defaults = map[string]any{"Common.mode": "Auto", "Port.protocol": "TCP", "Spec.replicas": 1, "OldSpec.count": 1}

func typeOf(t reflect.Type, ref common.ReferenceCallback, needs map[string]bool) spec.Schema {
	plain := func(kind, format string) spec.Schema {
		return spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{kind}, Format: format}}
	}
	if t.Kind() == reflect.Pointer {
		return typeOf(t.Elem(), ref, needs)
	}
	if model, ok := reflect.Zero(t).Interface().(named); ok {
		needs[model.OpenAPIModelName()] = true
		made := spec.Schema{SchemaProps: spec.SchemaProps{Ref: ref(model.OpenAPIModelName())}}
		return made
	}
	switch t.Kind() {
	case reflect.String:
		return plain("string", "")
	case reflect.Bool:
		return plain("boolean", "")
	case reflect.Int32:
		return plain("integer", "int32")
	case reflect.Int64:
		return plain("integer", "int64")
	case reflect.Float64:
		return plain("number", "double")
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return plain("string", "byte")
		}
		made, items := plain("array", ""), typeOf(t.Elem(), ref, needs)
		made.Items = &spec.SchemaOrArray{Schema: &items}
		return made
	case reflect.Map:
		made, values := plain("object", ""), typeOf(t.Elem(), ref, needs)
		made.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: &values}
		return made
	}
	panic("no schema for " + t.String())
}
