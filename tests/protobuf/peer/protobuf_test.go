// Package protobuf compares annex's protobuf form of meta kinds with that of apimachinery.
package protobuf

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apidiscoveryv2beta1 "k8s.io/api/apidiscovery/v2beta1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"sigs.k8s.io/randfill"
)

const rounds = 500

// The converter, one line in and one line out.
type peer struct {
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Reader
}

func start(t *testing.T) *peer {
	t.Helper()
	program := os.Getenv("ANNEX_PROTOBUF")
	if program == "" {
		t.Skip("ANNEX_PROTOBUF is not set: start this through ../run")
	}
	command := exec.Command(program)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the converter: %v", err)
		}
	})
	return &peer{t, in, bufio.NewReader(out)}
}

func (p *peer) ask(word string, text []byte) string {
	p.t.Helper()
	if _, err := p.in.Write([]byte(word + " " + string(text) + "\n")); err != nil {
		p.t.Fatal(err)
	}
	answer, err := p.out.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSuffix(answer, "\n")
}

func (p *peer) bytes(word string, object runtime.Object) []byte {
	p.t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		p.t.Fatal(err)
	}
	answer := p.ask(word, text)
	made, err := base64.StdEncoding.DecodeString(answer)
	if err != nil {
		p.t.Fatalf("%s: %s", text, answer)
	}
	return made
}

func filler(seed int64) *randfill.Filler {
	return randfill.NewWithSeed(seed).NilChance(0.3).NumElements(0, 4).Funcs(
		// JSON keeps whole seconds only, and does not tell a pointer to no time from no pointer.
		func(t *metav1.Time, c randfill.Continue) {
			*t = metav1.NewTime(time.Unix(c.Int63n(1<<33)-(1<<32), 0))
		},
		func(f *metav1.FieldsV1, c randfill.Continue) {
			f.Raw = []byte(`{"f:metadata":{"f:labels":{".":{},"f:x":{}}}}`)
		},
	)
}

var kinds = []struct {
	version schema.GroupVersion
	make    func() runtime.Object
}{
	{schema.GroupVersion{Version: "v1"}, func() runtime.Object { return &metav1.Status{} }},
	{schema.GroupVersion{Version: "v1"}, func() runtime.Object { return &metav1.APIGroup{} }},
	{schema.GroupVersion{Version: "v1"}, func() runtime.Object { return &metav1.APIGroupList{} }},
	{schema.GroupVersion{Version: "v1"}, func() runtime.Object { return &metav1.APIResourceList{} }},
	{metav1.SchemeGroupVersion, func() runtime.Object { return &metav1.PartialObjectMetadata{} }},
	{metav1.SchemeGroupVersion, func() runtime.Object { return &metav1.PartialObjectMetadataList{} }},
	{apidiscoveryv2.SchemeGroupVersion, func() runtime.Object { return &apidiscoveryv2.APIGroupDiscoveryList{} }},
	{apidiscoveryv2beta1.SchemeGroupVersion, func() runtime.Object { return &apidiscoveryv2beta1.APIGroupDiscoveryList{} }},
}

func encode(t *testing.T, object runtime.Object) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := protobuf.NewSerializer(nil, nil).Encode(object, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestObjectsAreEncodedAsGoEncodesThem(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	fill := filler(seed)
	annex := start(t)
	for _, kind := range kinds {
		empty := true
		for range rounds {
			object := kind.make()
			if !empty {
				fill.Fill(object)
			}
			empty = false
			name := reflect.TypeOf(object).Elem().Name()
			object.GetObjectKind().SetGroupVersionKind(kind.version.WithKind(name))
			want := encode(t, object)
			if got := annex.bytes("object", object); !bytes.Equal(got, want) {
				text, _ := json.Marshal(object)
				t.Fatalf("%s\ngot  %q\nwant %q", text, got, want)
			}
			checkFrame(t, annex, object, want)
		}
	}
}

// As upstream's watch server writes an event.
func checkFrame(t *testing.T, annex *peer, object runtime.Object, encoded []byte) {
	t.Helper()
	event := &metav1.WatchEvent{Type: "MODIFIED", Object: runtime.RawExtension{Raw: encoded}}
	var out bytes.Buffer
	frames := protobuf.LengthDelimitedFramer.NewFrameWriter(&out)
	if err := protobuf.NewRawSerializer(nil, nil).Encode(event, frames); err != nil {
		t.Fatal(err)
	}
	if got := annex.bytes("event", object); !bytes.Equal(got, out.Bytes()) {
		t.Fatalf("a frame\ngot  %q\nwant %q", got, out.Bytes())
	}
}

func TestOptionsAreReadAsGoWroteThem(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	fill := filler(seed)
	annex := start(t)
	for i := range rounds {
		want := &metav1.DeleteOptions{}
		if i > 0 {
			fill.Fill(want)
		}
		want.SetGroupVersionKind(metav1.SchemeGroupVersion.WithKind("DeleteOptions"))
		text := base64.StdEncoding.EncodeToString(encode(t, want))
		answer := annex.ask("options", []byte(text))
		got := &metav1.DeleteOptions{}
		if err := json.Unmarshal([]byte(answer), got); err != nil {
			t.Fatalf("%s: %v", answer, err)
		}
		if !equality.Semantic.DeepEqual(got, want) {
			t.Fatalf("%s\nwant %v", answer, want)
		}
	}
}

func TestOthersHaveNoSuchForm(t *testing.T) {
	annex := start(t)
	for _, object := range []string{
		`{"kind":"Status","apiVersion":"wardle.example.com/v1"}`,
		`{"kind":"Flunder","apiVersion":"wardle.example.com/v1"}`,
		`{"kind":"Table","apiVersion":"meta.k8s.io/v1"}`,
		`{"kind":"PartialObjectMetadata","apiVersion":"v1"}`,
		`{}`,
	} {
		if answer := annex.ask("object", []byte(object)); answer != "error: no such form" {
			t.Errorf("%s: %s", object, answer)
		}
	}
	for _, options := range []string{"", "eA==", "azhzAAo=", "azhzABIBeA=="} {
		if answer := annex.ask("options", []byte(options)); !strings.HasPrefix(answer, "error: ") {
			t.Errorf("%s: %s", options, answer)
		}
	}
}
