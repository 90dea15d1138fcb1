"""What a CustomResourceDefinition of the rich kind is a second witness for: codes, reasons and the objects' content.

It decodes no types, so its texts and the order of members are others, and it has the newest version alone. The cases
in which it means something else are in typed_only.json, each with the reason.
"""

import json

# Of typed servers alone: other documents, other columns, and what a text that is no JSON object does.
OTHER = ("rich reads: discovery", "rich reads: OpenAPI", "rich reads: tables", "rich reads: watched as a table",
         "rich parts: a scale's forms", "rich parts: a status in a table", "rich fields: YAML", "rich fields: raw texts",
         "rich writes: created by an update", "rich apply: wrong types", "rich apply: the scale applied",
         "rich parts: other verbs", "rich parts: no such part", "rich strategic: ")


def is_asked(name, steps):
    """Of the newest version alone, and what both kinds of server know."""
    if not name.startswith("rich ") or name.startswith(OTHER):
        return False
    targets = json.dumps([step[1] for step in steps])
    return '"O' not in targets


def typed(steps):
    """The steps with kinds written out, for nothing is filled in where no type is known."""
    return [[*step[:2], {**kind_of(step[1]), **step[2]}, *step[3:]]
            if step[0] in ("POST", "PUT") and len(step) > 2 and isinstance(step[2], dict) else step for step in steps]


def kind_of(target):
    if "/scale" in target:
        return {"kind": "Scale", "apiVersion": "autoscaling/v1"}
    return {"kind": "Widget", "apiVersion": "rich.example.com/v1"}


# Whose canonical form, or whose check, only who knows the type can give.
FORMATS = ("size", "limits", "startAt", "tick", "patience", "free")


def reduced(answers):
    return [content(answer) if isinstance(answer, dict) else answer for answer in answers]


def content(answer):
    body = answer.get("body")
    value = body.get("value") if isinstance(body, dict) else body
    if isinstance(value, list):
        return {"status": answer["status"], "events": [[event["type"], plain(event["object"])] for event in value]}
    if not isinstance(value, dict):
        return {"status": answer.get("status")}
    if value.get("kind") == "Status":
        # A wrong type is an error of decoding for one and of validation for the other.
        reason = value.get("reason")
        return {"reason": "refused" if reason in ("BadRequest", "Invalid") else reason}
    return {"status": answer["status"], "object": plain(value)}


def plain(value):
    """Without order, without members that say nothing, and without revisions: those count managed fields, too."""
    if isinstance(value, dict):
        for item in value.get("items") or []:
            if isinstance(item, dict):
                item.pop("kind", None), item.pop("apiVersion", None)
        members = {name: plain(value[name]) for name in sorted(value)
                   if name not in FORMATS and name not in ("resourceVersion", "managedFields")}
        return {name: member for name, member in members.items() if member not in (None, "", 0, False, [], {})}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
