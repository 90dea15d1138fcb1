// Command kubectl is Kubernetes' own kubectl, built from its published modules, for machines that
// have none and for tests against the newest one.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
)

func main() { os.Exit(cli.Run(kubectl.NewDefaultKubectlCommand())) }
