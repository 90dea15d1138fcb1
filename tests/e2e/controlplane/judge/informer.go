package judge

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// event is one line of what a judge tells.
type event struct {
	Type     string            `json:"type"` // SYNCED, ADDED, MODIFIED, DELETED, GUESSED, STORE
	Name     string            `json:"name,omitempty"`
	Revision string            `json:"revision,omitempty"`
	N        string            `json:"n,omitempty"`     // the label of that name
	Store    map[string]string `json:"store,omitempty"` // revisions by name
}

// streams counts the lists that are asked for as a watch with initial events.
type streams struct {
	http.RoundTripper
	asked *atomic.Int64
}

func (s streams) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Query().Get("sendInitialEvents") == "true" {
		s.asked.Add(1)
	}
	return s.RoundTripper.RoundTrip(request)
}

// Informer tells every call of an informer's handler until its standard input ends, then what its store holds.
// Arguments: kubeconfig, group, version, resource, namespace.
func Informer(arguments []string) error {
	if len(arguments) != 5 {
		return fmt.Errorf("informer KUBECONFIG GROUP VERSION RESOURCE NAMESPACE")
	}
	config, err := clientcmd.BuildConfigFromFlags("", arguments[0])
	if err != nil {
		return err
	}
	var streamed atomic.Int64
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return streams{next, &streamed} })
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	resource := schema.GroupVersionResource{Group: arguments[1], Version: arguments[2], Resource: arguments[3]}
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, arguments[4], nil)
	informer := factory.ForResource(resource).Informer()

	var mutex sync.Mutex
	out := json.NewEncoder(os.Stdout)
	tell := func(kind string, obj any) {
		mutex.Lock()
		defer mutex.Unlock()
		told := event{Type: kind}
		if object, ok := obj.(metav1.Object); ok {
			told.Name, told.Revision = object.GetName(), object.GetResourceVersion()
			told.N = object.GetLabels()["n"]
		}
		_ = out.Encode(told)
	}
	handle, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(obj any) { tell("ADDED", obj) },
		UpdateFunc: func(_, obj any) { tell("MODIFIED", obj) },
		DeleteFunc: func(obj any) {
			if unknown, ok := obj.(cache.DeletedFinalStateUnknown); ok {
				tell("GUESSED", unknown.Obj) // the deletion itself was never seen
				return
			}
			tell("DELETED", obj)
		},
	})
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	factory.Start(stop)
	cache.WaitForCacheSync(stop, handle.HasSynced)
	if streamed.Load() == 0 {
		return fmt.Errorf("the informer did not ask for a streaming list, which it is here to judge")
	}
	tell("SYNCED", nil)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		// A line asks for the store.
		store := map[string]string{}
		for _, obj := range informer.GetStore().List() {
			object := obj.(*unstructured.Unstructured)
			store[object.GetName()] = object.GetResourceVersion()
		}
		mutex.Lock()
		_ = out.Encode(event{Type: "STORE", Store: store})
		mutex.Unlock()
	}
	close(stop)
	time.Sleep(100 * time.Millisecond)
	return nil
}
