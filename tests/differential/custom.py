"""The rich kind as a CustomResourceDefinition: the schema of tests/e2e/controlplane/rich and of tests/e2e/rich."""


def obj(properties, **more):
    return {"type": "object", "properties": properties, **more}


def items(of, **more):
    return {"type": "array", "items": of, **more}


def values(of):
    return {"type": "object", "additionalProperties": of}


TEXT, INT32, INT64 = {"type": "string"}, {"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"}
FLAG = {"type": "boolean"}
ANY = {"x-kubernetes-preserve-unknown-fields": True}
QUANTITY = {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True}


def part(depth):
    return obj({"name": TEXT, "count": INT32, **({"inner": part(depth - 1)} if depth else {})})


COMMON = {
    "color": {**TEXT, "default": ""}, "mode": {**TEXT, "enum": ["Auto", "Manual"], "default": "Auto"},
    "big": INT64, "small": INT32, "ratio": {"type": "number", "format": "double"}, "paused": FLAG, "enabled": FLAG,
    "tags": items(TEXT, **{"x-kubernetes-list-type": "set"}), "words": items(TEXT, maxItems=3),
    "ports": items(obj({"name": {**TEXT, "default": ""}, "number": {**INT32, "minimum": 0},
                        "protocol": {**TEXT, "default": "TCP"}}),
                   **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}),
    "options": values(TEXT), "weights": values(INT32), "parts": values(part(2)),
    "size": {**QUANTITY, "default": "0"}, "limits": values(QUANTITY), "startAt": {**TEXT, "format": "date-time"},
    "tick": TEXT, "patience": TEXT, "target": QUANTITY, "data": {**TEXT, "format": "byte"},
    "template": {"type": "object", **ANY}, "free": ANY, "part": {**part(2), "default": {}}, "extra": part(2),
}
STATUS = obj({"replicas": {**INT32, "default": 0}, "selector": TEXT, "phase": TEXT, "observedGeneration": INT64},
             default={})
REPLICAS = {**INT32, "minimum": 0, "default": 1}


def version(name, spec, storage, replicas, **more):
    return {"name": name, "served": True, "storage": storage,
            "subresources": {"status": {}, "scale": {"specReplicasPath": f".spec.{replicas}",
                                                     "statusReplicasPath": ".status.replicas",
                                                     "labelSelectorPath": ".status.selector"}},
            "selectableFields": [{"jsonPath": ".spec.color"}, {"jsonPath": ".spec.mode"}],
            "schema": {"openAPIV3Schema": obj({"spec": obj(spec, default={}), "status": STATUS, **more})}}


# Without a webhook versions cannot differ in shape: one is enough for a witness.
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.rich.example.com"},
    "spec": {"group": "rich.example.com", "scope": "Namespaced",
             "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd", "wdg"],
                       "categories": ["all"]},
             "versions": [version("v1", {"replicas": REPLICAS, "text": {**TEXT, "maxLength": 20}, **COMMON}, True,
                                  "replicas")]}}
