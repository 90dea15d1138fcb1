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
    number = item["metadata"].get("labels", {}).get("n")
    with lock:
        if kind == "DELETED":
            store.pop(name, None)
        else:
            store[name] = revision
    tell(kind, name=name, revision=revision, n=number)


def list_all():
    """What is known is made what is listed; from where to watch."""
    found = api.list_namespaced_custom_object(*place)
    names = [item["metadata"]["name"] for item in found["items"]]
    for name in [name for name in store if name not in names]:
        with lock:
            revision = store.pop(name)
        tell("GUESSED", name=name, revision=revision, n=None)
    for item in found["items"]:
        known = store.get(item["metadata"]["name"])
        if known != item["metadata"]["resourceVersion"]:
            change("MODIFIED" if known else "ADDED", item)
    return found["metadata"]["resourceVersion"]


def follow():
    revision = list_all()
    tell("SYNCED")
    while True:
        stream = watch.Watch()
        try:
            for event in stream.stream(api.list_namespaced_custom_object, *place, resource_version=revision,
                                       timeout_seconds=3600):
                change(event["type"], event["object"])
                revision = event["object"]["metadata"]["resourceVersion"]
        except client.ApiException as error:
            time.sleep(0.1)
            if error.status == 410:
                revision = list_all()
        except (urllib3.exceptions.HTTPError, OSError):
            time.sleep(0.1)


threading.Thread(target=follow, daemon=True).start()
for _ in sys.stdin:
    with lock:
        known = dict(store)
    tell("STORE", store=known)
