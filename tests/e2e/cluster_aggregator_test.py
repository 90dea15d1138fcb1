"""The steps of upstream's conformance test "Aggregator"
(kubernetes test/e2e/apimachinery/aggregator.go): what a cluster does with a sample API server."""

import json

from cluster import WARDLE, ClusterCase, flunder


class Aggregator(ClusterCase):
    def test_steps(self):
        flunders = self.extension.path("flunders", "default")
        service = self.extension.api_service()
        name = f"{self.extension.versions[0]}.{WARDLE}"
        strategic = [("Content-Type", "application/strategic-merge-patch+json")]

        made = self.api.request("POST", flunders, flunder(
            "rest-flunder", namespace="default", labels={"sample-label": "true"}))
        self.assertEqual(201, made.status, made)
        self.assertEqual((f"{WARDLE}/v1alpha1", "Flunder", "rest-flunder"),
                         (made.json["apiVersion"], made.json["kind"], made.json["metadata"]["name"]))
        self.assertEqual(1, len(self.api.done("GET", flunders)["items"]))
        self.api.done("DELETE", flunders + "/rest-flunder")
        self.assertEqual([], self.api.done("GET", flunders)["items"])

        # Once more as a dynamic client does: it finds the resource through discovery.
        listed = self.kubectl("api-resources", "--api-group", WARDLE, "-o", "name").split()
        self.assertEqual({f"fischers.{WARDLE}", f"flunders.{WARDLE}"}, set(listed))
        home = self.extension.path("flunders", "wardle")
        self.api.done("POST", home, flunder("dynamic-flunder"), expect=(201,))
        self.assertEqual(1, len(self.api.done("GET", home)["items"]))

        seen = self.api.done("GET", service + "/status")
        self.assertEqual("all checks passed", seen["status"]["conditions"][0]["message"])
        patched = self.api.patch(service, {"spec": {"versionPriority": 400}})
        self.assertEqual(400, patched["spec"]["versionPriority"])
        self.assertGreater(int(patched["metadata"]["resourceVersion"]),
                           int(seen["metadata"]["resourceVersion"]))
        every = self.api.done("GET", "/apis/apiregistration.k8s.io/v1/apiservices")
        self.assertIn(name, [item["metadata"]["name"] for item in every["items"]])
        self.api.done("PATCH", service, {"metadata": {"labels": {"e2e-apiservice": "patched"}}},
                      strategic)
        self.assertEqual("patched",
                         self.api.done("GET", service)["metadata"]["labels"]["e2e-apiservice"])

        self.write(service + "/status", lambda item: item["status"]["conditions"].append(
            {"type": "StatusUpdated", "status": "True", "reason": "E2E",
             "message": "Set from e2e test"}))
        self.assertIn("Set from e2e test", self.messages(service))
        replaced = self.write(service, lambda item: item["metadata"].update(
            labels={name: "updated"}))
        self.assertEqual("updated", replaced["metadata"]["labels"][name])

        self.api.done("DELETE", home + "/dynamic-flunder")
        self.assertEqual([], self.api.done("GET", home)["items"])
        self.api.done("POST", home, flunder("dynamic-flunder"), expect=(201,))
        self.assertEqual(1, len(self.api.done("GET", home)["items"]))

        conditions = self.api.done("GET", service + "/status")["status"]["conditions"]
        self.api.patch(service + "/status", {"status": {"conditions": conditions + [
            {"type": "StatusPatched", "status": "True", "reason": "E2E",
             "message": "Set by e2e test"}]}})
        self.assertIn("Set by e2e test", self.messages(service))

        selector = f"?labelSelector={name}%3Dupdated"
        self.api.done("DELETE", service.rsplit("/", 1)[0] + selector)
        left = self.api.done("GET", service.rsplit("/", 1)[0] + selector)
        self.assertEqual([], left["items"])
        gone = self.api.get(flunders)
        self.assertEqual(404, gone.status, gone)
        # The other version goes on.
        beta = self.extension.path("flunders", "wardle", version="v1beta1")
        self.assertEqual(1, len(self.api.done("GET", beta)["items"]))

    def write(self, path, change):
        """Get, change, put; again after a conflict, as the aggregator writes the status, too."""
        for _ in range(10):
            item = self.api.done("GET", path)
            change(item)
            answer = self.api.request("PUT", path, item)
            if answer.status != 409:
                break
        self.assertEqual(200, answer.status, answer)
        return answer.json

    def messages(self, service):
        item = self.api.done("GET", service + "/status")
        return json.dumps(item["status"]["conditions"])
