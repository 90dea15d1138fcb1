"""The example of a virtual resource behind a control plane: a metrics API that `kubectl top` reads, for
nodes that are made by hand."""

import json
import os
import unittest

from cluster import REFERENCE, Cluster, ClusterCase

GROUP = "metrics.k8s.io"


@unittest.skipIf(REFERENCE, "upstream's sample serves no metrics")
class Metrics(ClusterCase):
    @classmethod
    def make_cluster(cls):
        cluster = Cluster(group=GROUP, versions=("v1beta1",), namespace="metrics",
                          program=os.environ["VIRTUAL"])
        room = {"cpu": "4", "memory": "8Gi", "pods": "10"}
        for name in ("oven-1", "oven-2"):
            cluster.plane.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name},
                                  "status": {"capacity": room, "allocatable": room}})
        return cluster

    def test_top_nodes(self):
        lines = self.kubectl("top", "nodes").splitlines()
        self.assertEqual(["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"],
                         lines[0].split())
        self.assertEqual(["oven-1", "oven-2"], [line.split()[0] for line in lines[1:]])
        for line in lines[1:]:
            self.assertRegex(line, r"^oven-\d +\d+m +\d+% +1024Mi +12% *$")
        self.assertEqual(2, len(self.kubectl("top", "node", "oven-2").splitlines()))
        self.assertIn("not found", self.kubectl("top", "node", "none", fails=True))
        # The oven with more to do stands first.
        ordered = self.kubectl("top", "nodes", "--sort-by=cpu", "--no-headers").splitlines()
        self.assertEqual(["oven-2", "oven-1"], [line.split()[0] for line in ordered])

    def test_top_pods(self):
        lines = self.kubectl("top", "pods", "-n", "default", "--no-headers").splitlines()
        self.assertEqual(["rye", "wheat"], [line.split()[0] for line in lines])
        for line in lines:
            self.assertRegex(line, r"^\w+ +\d+m +80Mi *$")
        lines = self.kubectl("top", "pods", "-A", "--containers", "--no-headers").splitlines()
        self.assertEqual([["default", pod, part] for pod in ("rye", "wheat")
                          for part in ("crust", "dough")], sorted(line.split()[:3] for line in lines))
        self.assertEqual("wheat", self.kubectl("top", "pods", "-l", "flour=wheat",
                                               "--no-headers").split()[0])
        self.assertEqual("rye", self.kubectl("top", "pod", "rye", "--no-headers").split()[0])

    def test_get_and_refusals(self):
        nodes = json.loads(self.kubectl("get", f"nodes.{GROUP}", "-o", "json"))["items"]
        self.assertEqual(["oven-1", "oven-2"], [node["metadata"]["name"] for node in nodes])
        self.assertIn("oven-1", self.kubectl("get", f"nodes.{GROUP}"))
        self.assertIn("the server does not allow this method on the requested resource",
                      self.kubectl("delete", f"nodes.{GROUP}", "oven-1", fails=True))

    def test_explain(self):
        self.extension.wait_documented()
        # Nodes and pods of the core group have the same names: the version says which are meant.
        for plural, kind, field in (("nodes", "NodeMetrics", "usage"),
                                    ("pods", "PodMetrics", "containers")):
            text = self.kubectl("explain", plural, f"--api-version={GROUP}/v1beta1")
            self.assertRegex(text, rf"GROUP: +{GROUP}\nKIND: +{kind}\nVERSION: +v1beta1\n")
            self.assertIn(f"\n  {field}\t", text)
        text = self.kubectl("explain", "pods.containers.usage", f"--api-version={GROUP}/v1beta1")
        self.assertIn("FIELD: usage <map[string]Quantity>", text)
        self.assertRegex(self.kubectl("explain", "nodes"), r"KIND: +Node\n")

    def test_counted(self):
        self.kubectl("top", "nodes")
        caller = self.extension.client(pair=self.plane.admin)
        text = caller.get("/metrics").body.decode()
        caller.close()
        self.assertIn('apiserver_request_total{code="200",component="apiserver",dry_run="",'
                      f'group="{GROUP}",resource="nodes",scope="cluster",subresource="",verb="LIST",'
                      'version="v1beta1"}', text)
        self.assertIn('apiserver_storage_objects{resource="nodes.metrics.k8s.io"} 2', text)
