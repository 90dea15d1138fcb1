"""A log and a connection of a program's own through the aggregator of a control plane."""

import os
import ssl
import unittest

from cluster import REFERENCE, Cluster, ClusterCase
from radio_checks import GROUP, RadioChecks


@unittest.skipIf(REFERENCE, "upstream's sample has no such subresources")
class AggregatedSubresources(RadioChecks, ClusterCase):
    @classmethod
    def make_cluster(cls):
        return Cluster(group=GROUP, versions=("v1",), namespace="kitchen", program=os.environ["KITCHEN"])

    def raw(self, method, path, body):
        self.api.done(method, path, body)

    def say(self, name, text):
        caller = self.extension.client(pair=self.plane.admin)
        answer = caller.request("POST", f"/radio/{name}", text, [("Content-Type", "text/plain")])
        caller.close()
        self.assertEqual(200, answer.status, answer)

    def kubectl_command(self, *arguments):
        return {"args": ["kubectl", "--kubeconfig", str(self.plane.kubeconfig("admin", self.plane.admin)),
                         "--cache-dir", str(self.plane.folder / "cache"), *arguments],
                "executable": os.environ.get("KUBECTL") or self.plane.program}

    def websocket(self):
        context = ssl.create_default_context(cadata=self.plane.serving_ca.pem)
        context.load_cert_chain(self.plane.admin.certificate, self.plane.admin.key)
        return f"localhost:{self.plane.port}", context, {}


if __name__ == "__main__":
    unittest.main()
