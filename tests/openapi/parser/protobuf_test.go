package openapi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// The protobuf form must say what gnostic's own parser finds in the JSON form, which it also
// refuses if there is anything in it that the protobuf form has no place for.
func TestProtobufSaysWhatTheJSONSays(t *testing.T) {
	fromJSON, err := openapi_v2.ParseDocument(read(t, "v2"))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "v2", fromJSON, &openapi_v2.Document{})
	files, err := filepath.Glob(filepath.Join(os.Getenv("ANNEX_DOCUMENTS"), "v3_*.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("documents of v3: %v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		fromJSON, err := openapi_v3.ParseDocument(read(t, name))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, name, fromJSON, &openapi_v3.Document{})
	}
}

func compare(t *testing.T, name string, want, got proto.Message) {
	t.Helper()
	if err := (proto.UnmarshalOptions{}).Unmarshal(readFile(t, name+".pb"), got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	normalize(t, want.ProtoReflect())
	normalize(t, got.ProtoReflect())
	if proto.Equal(want, got) {
		return
	}
	t.Errorf("%s differs from what gnostic makes of the JSON form", name)
	a, b := prototext.Format(want), prototext.Format(got)
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			t.Errorf("want ...%s\ngot ...%s", around(a, i), around(b, i))
			return
		}
	}
}

func around(text string, at int) string {
	return text[max(0, at-300):min(len(text), at+100)]
}

// Both of gnostic's `Any` hold YAML, which has many spellings: all are put in one. What gnostic does
// not know must not be there.
func normalize(t *testing.T, message protoreflect.Message) {
	t.Helper()
	if len(message.GetUnknown()) != 0 {
		t.Errorf("%s has unknown fields", message.Descriptor().FullName())
	}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Name() == "yaml":
			var content any
			if err := yaml.Unmarshal([]byte(value.String()), &content); err != nil {
				t.Errorf("%q: %v", value.String(), err)
			}
			text, err := yaml.Marshal(content)
			if err != nil {
				t.Errorf("%q: %v", value.String(), err)
			}
			message.Set(field, protoreflect.ValueOfString(string(text)))
		case field.Message() == nil:
		case field.IsList():
			for i := range value.List().Len() {
				normalize(t, value.List().Get(i).Message())
			}
		default:
			normalize(t, value.Message())
		}
		return true
	})
}
