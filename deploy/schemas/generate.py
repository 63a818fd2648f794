#!/usr/bin/env python3
"""Writes the JSON Schemas beside this file, which check.sh hands to kubeconform.

usage: generate.py KUBERNETES_SCHEMAS STRIMZI_CRDS

KUBERNETES_SCHEMAS  the folder v<version>-local-strict of the Python package kubernetes-validate
STRIMZI_CRDS        a folder with what Strimzi's CRD generator writes, as JSON or YAML, one file
                    a kind (Maven: io.strimzi:crd-generator and io.strimzi:api)

Descriptions are left out, and every object is closed, so that a misspelt key is an error.
"""

import json
import pathlib
import sys

import yaml

KINDS = [
    "configmap-v1",
    "cronjob-batch-v1",
    "deployment-apps-v1",
    "namespace-v1",
    "networkpolicy-networking-v1",
    "persistentvolumeclaim-v1",
    "secret-v1",
    "service-v1",
    "statefulset-apps-v1",
]
KEEP_OPEN = "x-kubernetes-preserve-unknown-fields"


def bare(node, names=False):
    """The schema without descriptions and Kubernetes' own keys; names: its keys are properties."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: bare(value, names=not names and key in ("properties", "definitions", "$defs"))
        for key, value in node.items()
        if names or not (key == "description" or key.startswith("x-kubernetes-"))
    }


def closed(node):
    """As Kubernetes does with a custom resource: keys that the schema does not name are refused."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: closed(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        if "additionalProperties" not in node and not node.get(KEEP_OPEN):
            out["additionalProperties"] = False
    if node.get("x-kubernetes-int-or-string"):
        out.pop("type", None)
    return out


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value.rsplit("/", 1)[-1]
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def local(node):
    if isinstance(node, list):
        return [local(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: "#/definitions/" + value.rsplit("/", 1)[-1] if key == "$ref" else local(value)
        for key, value in node.items()
    }


def kubernetes(folder):
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    for kind in KINDS:
        schema = json.loads((folder / f"{kind}.json").read_text())
        needed, queue = {}, list(references(schema))
        while queue:
            name = queue.pop()
            if name not in needed:
                needed[name] = definitions[name]
                queue.extend(references(definitions[name]))
        schema["definitions"] = dict(sorted(needed.items()))
        write(kind, local(bare(schema)))


def strimzi(folder):
    for file in sorted(folder.glob("*.yaml")):
        crd = yaml.safe_load(file.read_text())
        group = crd["spec"]["group"].split(".")[0]
        for version in crd["spec"]["versions"]:
            schema = version["schema"]["openAPIV3Schema"]
            schema["properties"].pop("status", None)
            schema["properties"]["metadata"] = {"type": "object", KEEP_OPEN: True}
            kind = crd["spec"]["names"]["kind"].lower()
            write(f"{kind}-{group}-{version['name']}", bare(closed(schema)))


def write(name, schema):
    file = pathlib.Path(__file__).with_name(f"{name}.json")
    file.write_text(json.dumps(schema, sort_keys=True, separators=(",", ":")) + "\n")
    print(f"{file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    kubernetes(pathlib.Path(sys.argv[1]))
    strimzi(pathlib.Path(sys.argv[2]))
