"""The differences that are meant, each with the line of docs/differences.md that says so.

A rule rewrites a normalised answer of either peer into what both would answer but for that line: `LINES` names the
first cell of each line that a rule stands on, and the runner fails if docs/differences.md has no such line.
"""

import json
import re

GO = "Texts that name Go's types and files"
SYNTAX = "Texts of syntax errors"
TYPES = "Type errors in bodies"
STORAGE = "Failed preconditions"
BAD_REVISION = "A resourceVersion that is no number"
BOOKMARKS = "Bookmarks"
TABLES = "Tables"
STORED = "Stored kinds"
MODELS = "Model names"
INDEX = "OpenAPI v3 index"
DOCUMENTS = "OpenAPI documents"
UNKNOWN = "Unknown OpenAPI v3 document"
APIS = "`/apis`"
AGGREGATED = "Aggregated discovery"
V3 = "OpenAPI v3 documents"
PARAMETERS = "OpenAPI parameters"
VERSION = "`/version` and the index of paths"
FREE = "Free-form values"
BYTES = "Bytes"
NUMBERS = "Quantities that are JSON numbers"
SCALES = "A Scale written as it is"
LINES = [GO, SYNTAX, TYPES, STORAGE, BAD_REVISION, BOOKMARKS, TABLES, STORED, MODELS, INDEX, DOCUMENTS, UNKNOWN, APIS,
         AGGREGATED, V3, PARAMETERS, VERSION, FREE, BYTES, NUMBERS, SCALES]

# (line, pattern, what both texts become); applied in this order.
TEXTS = [
    (GO, r'in scheme "[^"]*"', 'in scheme "..."'),
    (GO, r'converting \(\S+\) to \(\S+\): unknown conversion|no kind "\w*" is registered for version "\S*" in scheme '
         r'"..."|no kind "\w+" is known as the options of a deletion', "no such kind here"),
    (GO, r"the requested object is (not a list|a list) \(.*\)", r"the requested object is \1"),
    (GO, r"\\u00(26|3[ce])", lambda found: chr(int(found[1], 16))),
    (TYPES, r"(cannot convert \w+ to |json: cannot unmarshal |parsing time |quantities must match |unable to parse quantity|time: |"
            r"illegal base64 data |unrecognized type: |cannot restore ).*", "a wrong type"),
    (GO, r'(Invalid value: )"(?:\{\\"|map\[).*[^\\]"(: |$)', r'\1"the document"\2'),
    (SYNTAX, r"(invalid character |json: unsupported value: |unexpected end of JSON input|invalid JSON at byte |"
             r"(error converting YAML to JSON: )?yaml: ).*", "a syntax error"),
    (GO, r"(expected [^,\n]*, got )[^\n]*", r"\1something else"),
    (SYNTAX, r"couldn't get version/kind; json parse error: a syntax error", "a syntax error"),
    (STORAGE, r"StorageError: invalid object, .*AdditionalErrorMsg: ", ""),
]


def rewrite(text):
    for _, pattern, both in TEXTS:
        text = re.sub(pattern, both, text, flags=re.S)
    return text


def explain(step, answer, raw):
    """`answer` as it is compared; it is changed."""
    target = step[1] if isinstance(step[1], str) else ""
    headers = step[3] if len(step) > 3 and step[3] else {}
    path = target.partition("?")[0]
    if "protobuf" in str(headers.get("Accept")) + str(headers.get("Content-Type")) and path.startswith("F"):
        return STORED
    if "v=v2beta1" in str(headers.get("Accept")):
        return AGGREGATED
    if path.startswith("/openapi/"):
        answer["headers"] = [pair for pair in answer["headers"] if pair[0] in ("content-type", "warning")]
        if raw.status == 406:
            return {"status": 406}
        if path in ("/openapi/v3/", "/openapi/v3/apis/none"):
            return UNKNOWN
    if re.search(r"resourceVersion=(abc|-1|1\.5|9{20,})", target) and raw.status in (400, 500):
        return BAD_REVISION
    sent = step[2] if len(step) > 2 else None
    if isinstance(sent, str) and path == "W":
        if "Strict" in target and re.search(r'"(free|template)":\{.*"a":1,"a":2', sent):
            return FREE
        if re.search(r'"size":[\d.]+e', sent):
            return NUMBERS
    wanted = sent.get("spec") if isinstance(sent, dict) else None
    if isinstance(wanted, dict) and isinstance(wanted.get("data"), list):
        return BYTES
    answer["headers"] = [pair for pair in answer["headers"]
                         if not re.search(r'duplicate field \\"spec\.(free|template)\.', pair[1])]
    body = answer["body"]
    if isinstance(body, list):
        # How many bookmarks come, but for the one that ends the initial events, is a matter of time.
        body[:] = [event for event in body if event.get("type") != "BOOKMARK"
                   or "annotations" in event["object"]["metadata"]]
        for event in body:
            if event.get("type") == "BOOKMARK":
                for member in ("spec", "status"):
                    event["object"].pop(member, None)
            explain_value(path, event.get("object") or {})
    elif isinstance(body, str) and path == "/apis":
        answer["body"] = re.sub(r"(?m)^apiVersion: v1\n|serverAddress: .*", "", body)
    elif isinstance(body, str) and "kind: Table" in body:
        body = re.sub(r"(?m)^- description: .*\n(?:(?:    .*)?\n)*  ", "- ", body)
        answer["body"] = body.replace("rows: null\n", "rows: []\n")
    elif isinstance(body, dict) and isinstance(body.get("value"), dict):
        if path.endswith("/scale") and step[0] != "GET":
            body["value"].get("metadata", {}).pop("resourceVersion", None)  # SCALES
        body["value"] = explain_value(path, body["value"])
    return answer


def by_value(value):
    """Numbers and objects as their values."""
    if isinstance(value, dict):
        return {name: by_value(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [by_value(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def explain_value(path, value):
    for item in [value, *(value.get("items") or [])]:
        spec = item.get("spec") if isinstance(item, dict) else None
        if value.get("kind") in ("Widget", "WidgetList") and isinstance(spec, dict):
            for name in ("free", "template"):
                if name in spec:
                    spec[name] = by_value(spec[name])
    if value.get("kind") == "Status":
        value["message"] = rewrite(value.get("message", ""))
        for cause in (value.get("details") or {}).get("causes", []):
            cause["message"] = rewrite(cause.get("message", ""))
        if "Apply failed with" in value["message"]:
            # Upstream walks the managers in no order.
            value["details"]["causes"].sort(key=lambda cause: (cause["message"], cause["field"]))
    if value.get("kind") == "Table":
        value["rows"] = value.get("rows") or []
        for column in value.get("columnDefinitions") or []:
            column.pop("description", None)
    if value.get("kind") == "APIGroupDiscoveryList":
        for version in (version for group in value["items"] for version in group["versions"]):
            for resource in version.get("resources", []):
                for one in [resource, *resource.get("subresources", [])]:
                    if one["responseKind"]["group"] != "autoscaling":
                        one["responseKind"] = one["responseKind"]["kind"]
    if value.get("kind") == "APIGroupList":
        value.pop("apiVersion", None)
    for group in [value, *value.get("groups", [])]:
        for address in group.get("serverAddressByClientCIDRs") or []:
            address["serverAddress"] = "the server's own"
    if list(value) == ["paths"] and isinstance(value["paths"], list):
        value["paths"] = [one for one in value["paths"] if re.match(r"/apis(/|$)|/version", one)]
    if list(value) == ["paths"] and isinstance(value["paths"], dict):
        return sorted(one for one in value["paths"] if re.fullmatch(r"apis/[^/]+/[^/]+", one))
    if path.startswith("/version"):
        return [word for word in ("major", "minor", "gitVersion", "gitCommit", "platform") if word in value]
    if "swagger" in value or "openapi" in value:
        return {"operations": operations(value), "kinds": kinds(value)}
    return value


def operations(document):
    """What an OpenAPI document says of each operation of the served kinds: parameters, answers, verbs."""
    found = {}
    for path, item in document.get("paths", {}).items():
        shared = [names(one) for one in item.get("parameters", [])]
        for method, operation in item.items():
            if isinstance(operation, dict) and re.match(r"/apis/[^/]+/[^/]+/", path):
                kind = operation.get("x-kubernetes-group-version-kind")
                found[f"{method} {path}"] = {
                    "id": operation.get("operationId"), "action": operation.get("x-kubernetes-action"),
                    "kind": dict(sorted(kind.items())) if kind else None,
                    "parameters": sorted(one for one in shared + [names(one) for one in operation.get("parameters", [])]
                                         if one != "shardSelector"),
                    "answers": sorted(code for code in operation.get("responses", {}) if code != "401")}
    return dict(sorted(found.items()))


def kinds(document):
    """The shape of each served kind, whatever its parts are called: what is described in whose words is not compared."""
    schemas = document.get("definitions") or document.get("components", {}).get("schemas", {})
    found = {}
    for schema in schemas.values():
        for kind in schema.get("x-kubernetes-group-version-kind", []):
            if (kind["group"].endswith(".example.com") and kind["version"] != "__internal"
                    and not kind["kind"].endswith(("List", "Options", "WatchEvent"))):
                found["/".join((kind["group"], kind["version"], kind["kind"]))] = shape(schema, schemas, 6)
    return dict(sorted(found.items()))


def shape(schema, schemas, depth):
    """Types, formats, members and how lists merge, with references followed: a kind may contain itself."""
    reference = schema.get("$ref") or next((one.get("$ref") for one in schema.get("allOf", [])), None)
    if reference:
        name = reference.rsplit("/", 1)[1]
        if name.endswith((".apiextensions.v1.JSON", ".runtime.RawExtension")):
            return {}  # FREE: any value, in ours without a name
        if name.startswith(("io.k8s.apimachinery.", "io.k8s.api.")):
            return name
        return shape(schemas.get(name, {}), schemas, depth - 1) if depth else "and so on"
    made = {word: schema[word] for word in ("type", "format", "x-kubernetes-list-type", "x-kubernetes-list-map-keys")
            if schema.get(word) not in (None, "atomic")}  # what a list is that says nothing
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            made[word] = shape(schema[word], schemas, depth)
    if "properties" in schema:
        made["properties"] = {name: shape(schema["properties"][name], schemas, depth) for name in sorted(schema["properties"])}
    return made


def names(parameter):
    """The name at the end of a reference, which upstream suffixes with a hash, or in the parameter itself."""
    if "$ref" in parameter:
        return re.sub(r"-[\w-]{8}$", "", parameter["$ref"].rsplit("/", 1)[1])
    return str(parameter.get("name"))
