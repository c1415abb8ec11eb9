"""Makes the schemas of lib/kube of the definitions that users install: what an API server checks, without its prose."""
import json, sys, yaml

KEEP = ("type enum pattern minLength maxLength minimum maximum minItems maxItems minProperties maxProperties format "
        "required nullable").split()

def schema(s):
    out = {k: s[k] for k in KEEP if k in s}
    # The same language, and no text takes exponential time.
    if "pattern" in out: out["pattern"] = out["pattern"].replace("([\\t ]?[!-~]+)*", "([\\t ][!-~]+)*")
    if s.get("x-kubernetes-int-or-string"): out["intOrString"] = True
    if s.get("x-kubernetes-preserve-unknown-fields"): out["open"] = True
    if s.get("x-kubernetes-list-map-keys"): out["listKeys"] = s["x-kubernetes-list-map-keys"]
    elif s.get("x-kubernetes-list-type") == "set": out["set"] = True
    if "default" in s: out["default"] = s["default"]
    rules = [" ".join(r["rule"].split()) for r in s.get("x-kubernetes-validations", ())
             if "oldSelf" not in r["rule"]]
    if rules: out["rules"] = rules
    for k in ("oneOf", "anyOf", "allOf"):
        if k in s: out[k] = [schema(x) for x in s[k]]
    if "not" in s: out["not"] = schema(s["not"])
    if "items" in s: out["items"] = schema(s["items"])
    if isinstance(s.get("additionalProperties"), dict): out["values"] = schema(s["additionalProperties"])
    if "properties" in s: out["fields"] = {k: schema(v) for k, v in sorted(s["properties"].items())}
    return out

def count(s, counts):
    text = json.dumps(s, sort_keys=True)
    counts[text] = counts.get(text, 0) + 1
    for c in children(s): count(c, counts)

def children(s):
    for k in ("items", "values", "not"):
        if k in s: yield s[k]
    for k in ("oneOf", "anyOf", "allOf"): yield from s.get(k, ())
    yield from s.get("fields", {}).values()

def fold(s, counts, defs):
    text = json.dumps(s, sort_keys=True)
    if counts[text] > 1 and len(text) > 100:
        if text not in defs:
            defs[text] = ["s%d" % len(defs), None]
            defs[text][1] = folded(s, counts, defs)
        return {"ref": defs[text][0]}
    return folded(s, counts, defs)

def folded(s, counts, defs):
    out = dict(s)
    for k in ("items", "values", "not"):
        if k in s: out[k] = fold(s[k], counts, defs)
    for k in ("oneOf", "anyOf", "allOf"):
        if k in s: out[k] = [fold(x, counts, defs) for x in s[k]]
    if "fields" in s: out["fields"] = {k: fold(v, counts, defs) for k, v in s["fields"].items()}
    return out

WANTED = set("HTTPRoute GRPCRoute TLSRoute TCPRoute ReferenceGrant BackendTLSPolicy Gateway GatewayClass VirtualService "
             "DestinationRule ServiceEntry WorkloadEntry AuthorizationPolicy PeerAuthentication RequestAuthentication "
             "Telemetry".split())
found = {}
for path in sys.argv[2:]:
    for d in yaml.safe_load_all(open(path)):
        if d and d["kind"] == "CustomResourceDefinition" and d["spec"]["names"]["kind"] in WANTED and \
                (d["spec"]["names"]["kind"], d["spec"]["group"]) != ("Gateway", "networking.istio.io"):
            first = None
            for version in d["spec"]["versions"]:
                v = version["schema"]["openAPIV3Schema"]
                root = {"type": "object", "required": v.get("required", []),
                        "fields": {"spec": schema(v["properties"]["spec"])}}
                if root != first:
                    found[d["spec"]["names"]["kind"] + ("." + version["name"] if first else "")] = root
                first = first or root
for kind, root in sorted(found.items()):
    counts, defs = {}, {}
    count(root, counts)
    top = fold(root, counts, defs)
    with open("%s/%s.json" % (sys.argv[1], kind), "w") as out:
        parts = ['"schema": ' + json.dumps(top, separators=(",", ":"))]
        parts += ['"%s": %s' % (n, json.dumps(v, separators=(",", ":"))) for n, v in defs.values()]
        out.write("{\n" + ",\n".join(parts) + "\n}\n")
