package protobuf

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

var flunders = schema.GroupVersionResource{Group: "wardle.example.com", Version: "v1beta1", Resource: "flunders"}

// Notes in which form each answer came.
type recorder struct {
	next  http.RoundTripper
	lock  sync.Mutex
	types []string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	if err == nil {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.types = append(r.types, response.Header.Get("Content-Type"))
	}
	return response, err
}

func (r *recorder) expect(t *testing.T, want string) {
	t.Helper()
	r.lock.Lock()
	defer r.lock.Unlock()
	for _, got := range r.types {
		if !strings.HasPrefix(got, want) {
			t.Errorf("an answer came as %s, not as %s", got, want)
		}
	}
	if len(r.types) == 0 {
		t.Error("nothing was asked")
	}
	r.types = nil
}

func connect(t *testing.T) (metadata.Interface, dynamic.Interface, *recorder) {
	t.Helper()
	path := os.Getenv("ANNEX_KUBECONFIG")
	if path == "" {
		t.Skip("ANNEX_KUBECONFIG is not set: start this through ../run with a sample server")
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	forms := &recorder{}
	config = metadata.ConfigFor(rest.CopyConfig(config))
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		forms.next = next
		return forms
	})
	client, err := metadata.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client, objects, forms
}

// As the namespace and garbage collection controllers go about.
func TestTheMetadataClientIsAnsweredInProtobuf(t *testing.T) {
	client, objects, forms := connect(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	create := func(name string, finalizers ...string) *unstructured.Unstructured {
		object := &unstructured.Unstructured{}
		object.SetAPIVersion("wardle.example.com/v1beta1")
		object.SetKind("Flunder")
		object.SetName(name)
		object.SetLabels(map[string]string{"tier": "one"})
		object.SetFinalizers(finalizers)
		made, err := objects.Resource(flunders).Namespace("meta").Create(ctx, object, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	mine := client.Resource(flunders).Namespace("meta")
	first := create("a")

	list, err := mine.List(ctx, metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 || list.ResourceVersion == "" {
		t.Fatalf("%v, %v", list, err)
	}
	one, err := mine.Get(ctx, "a", metav1.GetOptions{})
	if err != nil || one.UID != first.GetUID() || one.Labels["tier"] != "one" ||
		!one.CreationTimestamp.Equal(&list.Items[0].CreationTimestamp) || one.CreationTimestamp.IsZero() {
		t.Fatalf("%v, %v", one, err)
	}
	forms.expect(t, "application/vnd.kubernetes.protobuf")

	watch, err := mine.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	forms.expect(t, "application/vnd.kubernetes.protobuf;stream=watch")
	create("b", "a.example.com/wait")
	event := <-watch.ResultChan()
	if got, ok := event.Object.(*metav1.PartialObjectMetadata); !ok || event.Type != "ADDED" || got.Name != "b" || got.Finalizers[0] != "a.example.com/wait" {
		t.Fatalf("%v", event)
	}
	watch.Stop()

	wrong := types.UID("another")
	err = mine.Delete(ctx, "a", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}})
	if !apierrors.IsConflict(err) {
		t.Errorf("a wrong uid: %v", err)
	}
	policy := metav1.DeletePropagationBackground
	uid := first.GetUID()
	err = mine.Delete(ctx, "a", metav1.DeleteOptions{PropagationPolicy: &policy, Preconditions: &metav1.Preconditions{UID: &uid}})
	if err != nil {
		t.Error(err)
	}
	if _, err := mine.Get(ctx, "a", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("it is still there: %v", err)
	}

	// What waits for a finalizer is answered as the object, which has no protobuf form.
	if err := mine.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
		t.Error(err)
	}
	if waiting, err := mine.Get(ctx, "b", metav1.GetOptions{}); err != nil || waiting.DeletionTimestamp == nil {
		t.Errorf("%v, %v", waiting, err)
	}
	_, err = objects.Resource(flunders).Namespace("meta").Patch(ctx, "b", types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
	if err != nil {
		t.Error(err)
	}
}
