// Package openapi reads annex's documents with the packages that kube-apiserver and kubectl use.
package openapi

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"k8s.io/kube-openapi/pkg/aggregator"
	"k8s.io/kube-openapi/pkg/schemaconv"
	"k8s.io/kube-openapi/pkg/spec3"
	"k8s.io/kube-openapi/pkg/util/proto"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

var versions = []string{"bakery.example.com_v1", "bakery.example.com_v1beta1", "cakes.example.com_v1"}

func read(t *testing.T, name string) []byte {
	t.Helper()
	return readFile(t, name+".json")
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	folder := os.Getenv("ANNEX_DOCUMENTS")
	if folder == "" {
		t.Skip("ANNEX_DOCUMENTS is not set: start this through ./run")
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func readV2(t *testing.T) *spec.Swagger {
	t.Helper()
	document := &spec.Swagger{}
	if err := json.Unmarshal(read(t, "v2"), document); err != nil {
		t.Fatal(err)
	}
	return document
}

func TestV2IsReadWithoutDanglingReferences(t *testing.T) {
	document, err := openapi_v2.ParseDocument(read(t, "v2"))
	if err != nil {
		t.Fatal(err)
	}
	models, err := proto.NewOpenAPIData(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"com.example.bakery.v1.Loaf", "com.example.cakes.v1.Cake", "com.example.cakes.v1.CakeList"} {
		if models.LookupModel(name) == nil {
			t.Errorf("there is no definition %s", name)
		}
	}
	if _, err := schemaconv.ToSchema(models); err != nil {
		t.Error(err)
	}
	if swagger := readV2(t); swagger.Swagger != "2.0" || len(swagger.Paths.Paths) < 20 {
		t.Errorf("an unexpected document: %s with %d paths", swagger.Swagger, len(swagger.Paths.Paths))
	}
}

func TestV3IsReadAndKeepsItsContent(t *testing.T) {
	for _, version := range versions {
		text := read(t, "v3_apis_"+version)
		parsed, err := openapi_v3.ParseDocument(text)
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		models, err := proto.NewOpenAPIV3Data(parsed)
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		if len(models.ListModels()) < 10 {
			t.Errorf("%s: only %d schemas", version, len(models.ListModels()))
		}
		document := &spec3.OpenAPI{}
		if err := json.Unmarshal(text, document); err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		if _, err := schemaconv.ToSchemaFromOpenAPI(document.Components.Schemas, false); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		again, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if !sameJSON(t, text, again) {
			t.Errorf("%s: the parser loses something", version)
		}
		checkPatches(t, document)
	}
}

// As kubectl's QueryParamVerifierV3 asks, and as its apply chooses a patch form.
func checkPatches(t *testing.T, document *spec3.OpenAPI) {
	patches := 0
	for path, item := range document.Paths.Paths {
		if item.Patch == nil {
			continue
		}
		patches++
		found := map[string]bool{}
		for _, parameter := range item.Patch.Parameters {
			found[parameter.Name] = true
		}
		for _, name := range []string{"dryRun", "fieldManager", "fieldValidation", "force"} {
			if !found[name] {
				t.Errorf("PATCH %s has no parameter %s", path, name)
			}
		}
		if len(item.Patch.RequestBody.Content) != 4 {
			t.Errorf("PATCH %s lists other forms than those that work", path)
		}
		if _, there := item.Patch.Extensions["x-kubernetes-group-version-kind"]; !there {
			t.Errorf("PATCH %s has no kind", path)
		}
	}
	if patches == 0 {
		t.Error("there is no PATCH")
	}
}

func TestTheIndexNamesEachDocument(t *testing.T) {
	var index struct {
		Paths map[string]struct {
			ServerRelativeURL string `json:"serverRelativeURL"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(read(t, "v3"), &index); err != nil {
		t.Fatal(err)
	}
	for _, version := range versions {
		key := "apis/" + strings.ReplaceAll(version, "_", "/")
		if !strings.HasPrefix(index.Paths[key].ServerRelativeURL, "/openapi/v3/"+key+"?hash=") {
			t.Errorf("%s: %q", key, index.Paths[key].ServerRelativeURL)
		}
	}
}

// As kube-apiserver unites the documents of all servers: a shared definition whose content differs
// gets another name for every client.
func TestAggregationRenamesNothing(t *testing.T) {
	found, _ := filepath.Glob(filepath.Join(moduleCache(), "k8s.io", "kubernetes@v1.37.*", "api", "openapi-spec", "swagger.json"))
	if len(found) == 0 {
		t.Skip("skipped: Kubernetes' own document is not in the module cache")
	}
	text, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	united := &spec.Swagger{}
	if err := json.Unmarshal(text, united); err != nil {
		t.Fatal(err)
	}
	before := len(united.Definitions)
	ours := aggregator.FilterSpecByPathsWithoutSideEffects(readV2(t), []string{"/apis/bakery.example.com/v1/", "/apis/cakes.example.com/v1/"})
	if err := aggregator.MergeSpecs(united, ours); err != nil {
		t.Fatal(err)
	}
	added := 0
	for name := range united.Definitions {
		if strings.HasSuffix(name, "_v2") {
			t.Errorf("%s: the content differs", name)
		}
		if strings.HasPrefix(name, "com.example.") {
			added++
		}
	}
	if len(united.Definitions) != before+added || added == 0 {
		t.Errorf("%d definitions, and %d of ours, became %d", before, added, len(united.Definitions))
	}
}

func moduleCache() string {
	if cache := os.Getenv("GOMODCACHE"); cache != "" {
		return cache
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, "go", "pkg", "mod")
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var left, right any
	if err := json.Unmarshal(a, &left); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &right); err != nil {
		t.Fatal(err)
	}
	return equal(t, "", left, right)
}

func equal(t *testing.T, path string, a, b any) bool {
	t.Helper()
	switch left := a.(type) {
	case map[string]any:
		right, ok := b.(map[string]any)
		if !ok || len(left) != len(right) {
			t.Logf("differs at %s", path)
			return false
		}
		for name := range left {
			if !equal(t, path+"."+name, left[name], right[name]) {
				return false
			}
		}
		return true
	case []any:
		right, ok := b.([]any)
		if !ok || len(left) != len(right) {
			t.Logf("differs at %s", path)
			return false
		}
		for i := range left {
			if !equal(t, path, left[i], right[i]) {
				return false
			}
		}
		return true
	default:
		if a != b {
			t.Logf("differs at %s", path)
		}
		return a == b
	}
}
