// Package judge answers what Kubernetes' own Go code makes of values, for tests to compare with.
package judge

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Values reads lines "<kind> <JSON value>" and writes for each the canonical JSON, or "error".
func Values() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		kind, text, _ := strings.Cut(in.Text(), " ")
		var value any
		switch kind {
		case "quantity":
			value = &resource.Quantity{}
		case "time":
			value = &metav1.Time{}
		case "microtime":
			value = &metav1.MicroTime{}
		case "duration":
			value = &metav1.Duration{}
		case "intorstring":
			value = &intstr.IntOrString{}
		case "number":
			value = new(float64)
		case "int32":
			value = new(int32)
		case "int64":
			value = new(int64)
		case "bytes":
			value = &[]byte{}
		}
		if err := json.Unmarshal([]byte(text), value); err != nil {
			fmt.Fprintln(out, "error")
			continue
		}
		written, err := json.Marshal(value)
		if err != nil {
			written = []byte("error")
		}
		fmt.Fprintln(out, string(written))
	}
}
