"""Traffic of header-rewrite and add-headers, and their rules a second time."""

from . import clients, servers
from .dice import Dice
from .exchange import Exchange, forwarded

COUNTS = {"header-rewrite": 256, "add-headers": 200}


def joined(headers, name):
    """The value of a name, several joined; None without any."""
    values = [value for key, value in headers if key == name]
    return ", ".join(values) if values else None


def applies(rule, headers, path):
    when = rule.get("when")
    if when is None:
        return True
    if "path" in when:
        (kind, text), value = list(when["path"].items())[0], path
    else:
        (kind, text), = [item for item in when.items() if item[0] != "header"]
        value = joined(headers, when["header"])
        if kind == "present":
            return text == (value is not None)
        if value is None:
            return False
    return {"equals": value == text, "prefix": value.startswith(text), "contains": text in value}[kind]


def rewritten(rules, side, headers, path):
    """The headers after the rules of one side."""
    for rule in rules:
        if rule["on"] != side or not applies(rule, headers, path) or rule["op"] == "log":
            continue
        name, value = rule["name"].lower(), rule.get("value")
        others = [header for header in headers if header[0] != name]
        if rule["op"] == "add":
            headers = headers + [(name, value)]
        elif rule["op"] == "set":
            headers = others + [(name, value)]
        elif rule["op"] == "remove":
            headers = others
        elif rule["op"] == "append":
            before = joined(headers, name)
            headers = others + [(name, f"{before}, {value}" if before else value)]
    return headers


def exchanges(configuration, workload="header-rewrite"):
    """What a workload of these rules sees, and what has to come of it."""
    dice = Dice(workload)
    rules = configuration["rules"]
    for number in range(1, COUNTS[workload] + 1):
        request = clients.request(dice)
        response = servers.response(dice, request)
        path = request.path.split("?")[0]
        expect = forwarded(
            request,
            response,
            rewritten(rules, "request", request.headers, path),
            rewritten(rules, "response", response.headers, path),
        )
        yield Exchange(f"{number:04}-{request.kind}", request, response, expect)
