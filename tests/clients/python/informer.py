"""The official Python client's watch as a judge: see ../churn.py. It has no informer: list, then watch, again on errors."""

import json
import sys
import threading
import time

import urllib3
from kubernetes import client, config, watch

KUBECONFIG, GROUP, VERSION, PLURAL, NAMESPACE = sys.argv[1:]
config.load_kube_config(KUBECONFIG)
api = client.CustomObjectsApi()
place = (GROUP, VERSION, NAMESPACE, PLURAL)
store, lock = {}, threading.Lock()


def tell(kind, **more):
    print(json.dumps({"type": kind, **more}), flush=True)


def change(kind, item):
    name, revision = item["metadata"]["name"], item["metadata"]["resourceVersion"]
    with lock:
        if kind == "DELETED":
            store.pop(name, None)
        else:
            store[name] = revision
    tell(kind, name=name, revision=revision)


def follow():
    first = api.list_namespaced_custom_object(*place)
    for item in first["items"]:
        change("ADDED", item)
    tell("SYNCED")
    revision = first["metadata"]["resourceVersion"]
    while True:
        stream = watch.Watch()
        try:
            for event in stream.stream(api.list_namespaced_custom_object, *place, resource_version=revision,
                                       timeout_seconds=3600):
                change(event["type"], event["object"])
                revision = event["object"]["metadata"]["resourceVersion"]
        except (urllib3.exceptions.HTTPError, client.ApiException, OSError):
            time.sleep(0.1)


threading.Thread(target=follow, daemon=True).start()
for _ in sys.stdin:
    with lock:
        known = dict(store)
    tell("STORE", store=known)
