"""Admission behind a control plane: objects are made in namespaces that exist and stay."""

import json

from cluster import ClusterCase, flunder
from rest import wait_for


class Admission(ClusterCase):
    def flunders(self, namespace):
        return self.extension.path("flunders", namespace)

    def test_missing_namespace(self):
        answer = self.api.request("POST", self.flunders("none"), flunder("x"))
        said = self.status(answer, 404, 'namespaces "none" not found')
        self.assertEqual({"name": "none", "kind": "namespaces"}, said["details"])
        self.assertEqual("NotFound", said["reason"])

    def test_a_namespace_of_this_moment(self):
        for number in range(20):
            name = f"fresh-{number}"
            self.plane.namespace(name)
            self.api.done("POST", self.flunders(name), flunder("x"), expect=(201,))

    def test_terminating_namespace(self):
        self.plane.namespace("going")
        self.api.done("POST", self.flunders("going"), flunder("before"))
        # Nobody empties it: no controllers run here.
        self.api.done("DELETE", "/api/v1/namespaces/going")

        def refused():
            answer = self.api.request("POST", self.flunders("going"), flunder("after"))
            if answer.status == 201:
                self.api.done("DELETE", self.flunders("going") + "/after")
            return answer if answer.status != 201 else None
        answer = wait_for(refused, 10, "the server has heard of it")
        said = self.status(answer, 403, 'flunders.wardle.example.com "after" is forbidden: unable to create new '
                                        "content in namespace going because it is being terminated")
        self.assertEqual([{"reason": "NamespaceTerminating", "message": "namespace going is being terminated",
                           "field": "metadata.namespace"}], said["details"]["causes"])
        # What is there may still be changed, and deleted.
        self.api.patch(self.flunders("going") + "/before", json.dumps({"metadata": {"labels": {"a": "b"}}}))
        self.api.done("DELETE", self.flunders("going") + "/before")
