"""Traffic of waf-modsec: mostly people and programs at their work, and some attacks."""

import json
import urllib.parse

from . import clients, servers
from .attacks import ATTACKS
from .dice import Dice
from .exchange import Exchange, Request, forwarded

STATUS = {11010: 405, 20010: 400, 20020: 400, 20030: 400, 20060: 415, 20070: 400, 20080: 400, 20090: 400, 200002: 400}
BOUNDARY = "----formboundary7MA4YWxkTrZu0gW"

# Everyday text with something in it that a careless rule would take for an attack.
PROSE = (
    "It's the O'Reilly edition, isn't it? 5 stars.", "Please select a lamp from the union of both lists and order by Friday.",
    "Black & white; 20% off -- really good!", "My script for the play: act 1, scene 2 (draft).", "Size 38 or 39, and 2 or 3 pairs",
    "x < y and y > z; a <3 for this shop", "Call me on +44 20 7946 0958 -- after 5pm", "Where is table 12? I ordered 1 = one cup",
    "drop me a line when it's back in stock", "I'd like to update my address; insert card later", "50/50 cotton/linen, e.g. M/L",
    "System: Linux; cat toy for sale", "Passt nicht. Größe 42, bitte umtauschen – danke!", "Kargo çok hızlı geldi, teşekkürler ✓",
    "{ \"note\": \"not json really\" }", "cost = price * 1.2 + shipping (EU)", "\"Quoted\" 'words' and `ticks`", "Was $20, now $15 #sale",
    "see https://shop.example/help/returns?from=mail for details", "user@mail.example / c:\\ drive sticker", "a=1&b=2 in the query, please",
    "The alert (yellow) light is on: why?", "Delete my account? No: keep it.", "Room for 2; sleep well (the guide says)",
)
WORDS = (
    "linen shirt lamp trail shoes cup jacket shelf scarf oak wool desk rain blue grey large small order return parcel colour size "
    "Friday delivery invoice customer address street thanks again between under above please find attached the and with for from"
).split()


def words(dice, size):
    """Plain text of about this many bytes."""
    text = []
    length = 0
    while length < size:
        text.append(dice.one(PROSE) if dice.chance(0.02) else dice.one(WORDS))
        length += len(text[-1]) + 1
    return " ".join(text)


def with_body(request, method, path, kind, body):
    """The same client, sending this."""
    headers = [pair for pair in request.headers if pair[0] not in ("content-type", "content-length")]
    headers += [("content-type", kind), ("content-length", str(len(body)))]
    return Request(request.kind, method, request.authority, path, headers, body, request.scheme)


def long_query(dice):
    """A search with many filters, to 4 KB."""
    request = clients.page(dice)
    fields = [("q", dice.one(PROSE))]
    size = dice.between(200, 1_600) if dice.chance(0.8) else dice.between(3_000, 3_800)
    while len(urllib.parse.urlencode(fields)) < size:
        fields.append((f"filter[{dice.one(WORDS)}][]", f"{dice.one(WORDS)} {dice.token(8)}"))
    request.kind, request.path = "search", "/search?" + urllib.parse.urlencode(fields)[:4_000]
    return request


def api_post(dice, low, high):
    """A program that sends JSON."""
    lines, size = [], dice.between(low, high)
    while len(lines) * 150 < size:
        lines.append({"sku": dice.text(8), "quantity": dice.between(1, 20), "price": dice.between(100, 99_999) / 100,
                      "gift": dice.chance(0.2), "note": dice.one(PROSE) if dice.chance(0.1) else words(dice, 60)})
    order = {"customer": dice.between(1, 10**6), "placed": "2026-03-14T09:26:53Z", "lines": lines, "coupon": None}
    request = with_body(clients.program(dice), "POST", "/api/v1/orders", "application/json", json.dumps(order, ensure_ascii=False).encode())
    request.kind = "api"
    return request


def text_form(dice):
    """A browser that sends a review or a question."""
    fields = {"name": dice.one(("Ann", "Şule", "D'Arcy", "Jean-Luc")), "title": dice.one(PROSE),
              "comment": f"{dice.one(PROSE)} {words(dice, dice.between(40, 900))} {dice.one(PROSE)}", "stars": str(dice.between(1, 5))}
    request = with_body(clients.form(dice), "POST", "/reviews", "application/x-www-form-urlencoded", urllib.parse.urlencode(fields).encode())
    request.kind = "review"
    return request


def multipart(parts):
    """A multipart body of (headers, content)."""
    body = b""
    for headers, content in parts:
        body += f"--{BOUNDARY}\r\n".encode() + "".join(f"{line}\r\n" for line in headers).encode() + b"\r\n" + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def file_upload(dice, low, high):
    """A browser that sends a file with a form."""
    if dice.chance(0.5):
        name, kind, content = "list.csv", "text/csv", words(dice, dice.between(low, high)).encode()
    else:
        name, kind, content = "photo.jpg", "image/jpeg", bytes(dice.below(256) for _ in range(dice.between(low, high)))
    parts = [
        (['Content-Disposition: form-data; name="title"'], dice.one(PROSE).encode()),
        ([f'Content-Disposition: form-data; name="file"; filename="{dice.token(6)}-{name}"', f"Content-Type: {kind}"], content),
    ]
    request = with_body(clients.form(dice), "POST", "/account/uploads", f"multipart/form-data; boundary={BOUNDARY}", multipart(parts))
    request.kind = "upload"
    return request


def harmless(dice, exchange_id, request, response=None):
    """An exchange that passes unchanged. How a request is answered follows its kind."""
    kind = {"search": "page", "api": "program", "review": "form", "upload": "form"}.get(request.kind, request.kind)
    asked = Request(kind, request.method, request.authority, request.path, request.headers, request.body, request.scheme)
    response = response or servers.response(dice, asked)
    expect = forwarded(request, response, request.headers, response.headers)
    return Exchange(exchange_id, request, response, expect)


def put(headers, name, value):
    """The headers with this one in place of those of its name."""
    return [pair for pair in headers if pair[0] != name] + [(name, value)]


def attacking_request(dice, attack):
    """What is sent for an attack."""
    value, request = attack.value, clients.page(dice)
    quoted = urllib.parse.quote
    if attack.where == "method":
        request.method = value
    elif attack.where == "path":
        request.path = value
    elif attack.where == "query":
        request.path = f"/search?page={dice.between(1, 9)}&{quoted(attack.name, safe='')}={quoted(value, safe='')}"
        for name, header in attack.more.items():
            request.headers = put(request.headers, name, header)
    elif attack.where == "header":
        request.method = attack.more.get("method", "GET")
        if request.method == "POST":
            request = with_body(request, "POST", "/account/address", "application/x-www-form-urlencoded", b"city=Bern")
        request.headers = put(request.headers, attack.name, value)
    elif attack.where == "cookie":
        request.headers = put(request.headers, "cookie", value)
    elif attack.where == "bare":
        request.headers = [pair for pair in request.headers if pair[0] != "accept"]
        if "value" in attack.more:
            request.path = "/search?q=" + quoted(attack.more["value"], safe="")
        else:
            request.authority = dice.address()
    elif attack.where == "form":
        body = urllib.parse.urlencode({"name": "Ann", attack.name: value}).encode()
        request = with_body(clients.form(dice), "POST", "/reviews", "application/x-www-form-urlencoded", body)
    elif attack.where == "json":
        request = with_body(clients.fetch(dice), "POST", "/graphql", "application/json", value.encode())
    elif attack.where == "upload":
        filename, content, part_headers = value
        lines = [f'Content-Disposition: form-data; name="file"; filename="{filename}"', *part_headers]
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        request = with_body(clients.form(dice), "POST", "/account/uploads", kind, multipart([(lines, content.encode())]))
    request.kind = "attack"
    return request


def attacking(dice, exchange_id, attack):
    """An exchange that a rule stops."""
    request = attacking_request(dice, attack)
    asked = Request("page", request.method, request.authority, request.path, request.headers, request.body, request.scheme)
    response = servers.response(dice, asked)
    if attack.where == "answer":
        body = f"{attack.value}\n<!-- {dice.token(12)} -->".encode()
        dropped = ("content-type", "content-length", "content-encoding", "content-disposition")
        headers = [pair for pair in response.headers if pair[0] not in dropped]
        response = servers.Response(200, headers + [("content-type", attack.name), *attack.more.items()], body)
    expect = {"local_response": {
        "status": STATUS.get(attack.rule, 403),
        "headers": [["content-type", "text/plain"], ["x-waf-rule", str(attack.rule)]],
        "body": f"Blocked by rule {attack.rule}.\n",
    }}
    return Exchange(exchange_id, request, response, expect)


def measured():
    """The mix that is measured: nine in ten are no attacks."""
    dice = Dice("waf-modsec")
    makers = [lambda: clients.request(dice)] * 186
    makers += [lambda: long_query(dice)] * 24
    makers += [lambda: api_post(dice, 300, 2_500)] * 21 + [lambda: api_post(dice, 14_000, 16_000)]
    makers += [lambda: text_form(dice)] * 24
    makers += [lambda: file_upload(dice, 500, 8_000)] * 12 + [lambda: file_upload(dice, 60_000, 64_000)] * 2
    # One attack of each family, by the first digits of the rules' ids.
    families = {attack.rule // 1000: attack for attack in dice.shuffled(ATTACKS)}
    rest = [attack for attack in dice.shuffled(ATTACKS) if attack not in families.values()]
    chosen = [*families.values(), *rest[: 30 - len(families)]]
    mix = dice.shuffled(makers + [attack for attack in chosen])
    for number, item in enumerate(mix, 1):
        if callable(item):
            request = item()
            yield harmless(dice, f"{number:04}-{request.kind}", request)
        else:
            yield attacking(dice, f"{number:04}-attack-{item.rule}", item)


def verdicts():
    """Every attack there is, and every text that only looks like one."""
    dice = Dice("waf-modsec verdicts")
    for number, attack in enumerate(ATTACKS, 1):
        yield attacking(dice, f"attack-{number:03}-{attack.rule}", attack)
    for number, text in enumerate(PROSE, 1):
        request = clients.page(dice)
        request.path = "/search?q=" + urllib.parse.quote_plus(text)
        yield harmless(dice, f"query-{number:03}", request)
        body = urllib.parse.urlencode({"comment": text}).encode()
        yield harmless(dice, f"form-{number:03}", with_body(clients.form(dice), "POST", "/reviews", "application/x-www-form-urlencoded", body))
        body = json.dumps({"comment": text}, ensure_ascii=False).encode()
        yield harmless(dice, f"json-{number:03}", with_body(clients.fetch(dice), "POST", "/graphql", "application/json", body))
