"""What is answered: the responses of the shop, its API and its files."""

import email.utils
import json
import struct
import zlib

from .exchange import Response

START = 1_772_400_000  # 1 March 2026


def date(dice, low, high):
    return email.utils.formatdate(START + dice.between(low, high), usegmt=True)


def gzip(data):
    """A gzip file of one stored block: valid, and the same from every zlib."""
    block = struct.pack("<BHH", 1, len(data), 0xFFFF ^ len(data)) + data
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block + struct.pack("<II", zlib.crc32(data), len(data))


def common(dice):
    """What every server of the shop says."""
    return [
        ("date", date(dice, 0, 86_400 * 30)),
        ("server", dice.one(("nginx/1.27.4", "envoy", "Apache/2.4.62 (Unix)", "cloudfront"))),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", dice.uuid()),
        ("server-timing", f"app;dur={dice.between(1, 400)}.{dice.below(10)}"),
        *dice.some((
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("alt-svc", 'h3=":443"; ma=86400'),
            ("x-powered-by", dice.one(("Express", "PHP/8.3.14", "ASP.NET"))),
            ("x-cache", dice.one(("HIT", "MISS", "Hit from cloudfront"))),
            ("age", str(dice.between(0, 5000))),
            ("x-envoy-upstream-service-time", str(dice.between(1, 300))),
            ("nel", '{"report_to":"default","max_age":3600}'),
        ), 2, 6),
    ]


def vary(dice):
    """One vary header, two of them, or none."""
    return dice.one(([], [("vary", "accept-encoding")], [("vary", "accept-encoding, origin")],
                     [("vary", "accept-encoding"), ("vary", "cookie")]))


def with_body(dice, headers, kind, body):
    """The headers of a body, its length given or left to the framing."""
    headers = headers + [("content-type", kind)]
    if len(body) > 300 and dice.chance(0.3):
        body = gzip(body)
        headers.append(("content-encoding", "gzip"))
    if dice.chance(0.75):
        headers.append(("content-length", str(len(body))))
    return headers, body


def set_cookies(dice):
    """Between no and three cookies, each a header of its own."""
    return dice.some((
        ("set-cookie", f"session={dice.token(32)}; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("set-cookie", f"csrf={dice.token(24)}; Path=/; Secure"),
        ("set-cookie", f"ab_bucket={dice.below(8)}; Max-Age=2592000; Path=/"),
    ), 0, 3)


def html(dice, title):
    items = "".join(f"<li><a href=/p/{dice.between(1, 99999)}>{dice.token(12)}</a>" for _ in range(dice.between(2, 24)))
    return f"<!doctype html><html lang=en><title>{title}</title><main><h1>{title}</h1><ul>{items}</ul></main>".encode()


def records(dice):
    rows = [{"id": dice.between(1, 10**6), "name": dice.token(10), "price": dice.between(100, 99999) / 100,
             "tags": dice.some(("new", "sale", "eco", "last pieces"), 0, 3)} for _ in range(dice.between(1, 14))]
    return json.dumps({"items": rows, "next": dice.token(16) if dice.chance(0.5) else None}).encode()


def empty(dice, status, *more):
    return Response(status, common(dice) + vary(dice) + list(more))


def page(dice, request):
    roll, caching = dice.below(100), [("cache-control", dice.one(("no-cache", "max-age=60", "public, max-age=300")))]
    if roll < 10:
        return empty(dice, dice.one((301, 302, 303)), ("location", f"https://shop.example/{dice.token(6)}"), ("content-length", "0"))
    status, title = (404, "Not found") if roll < 15 else (500, "Sorry") if roll < 18 else (200, f"Shop {request.path[:20].split('?')[0]}")
    headers, body = with_body(dice, common(dice) + vary(dice) + caching, "text/html; charset=utf-8", html(dice, title))
    return Response(status, headers + set_cookies(dice), body)


def asset(dice, request):
    name = request.path.rsplit("/", 1)[1]
    headers = common(dice) + [
        ("etag", f'"{dice.text(16)}"'),
        ("last-modified", date(dice, -86_400 * 90, 0)),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("access-control-allow-origin", "*"),
    ]
    if any(key == "if-none-match" for key, _ in request.headers):
        return Response(304, headers)
    kinds = {"js": "text/javascript", "css": "text/css", "webp": "image/webp", "svg": "image/svg+xml",
             "woff2": "font/woff2", "jpg": "image/jpeg"}
    kind = kinds[name.rsplit(".", 1)[1]]
    if kind.startswith("text/"):
        headers, body = with_body(dice, headers, kind, f"/* {name} */ const build='{dice.token(24)}';".encode() * dice.between(1, 12))
    else:
        body = bytes(dice.below(256) for _ in range(dice.between(64, 700)))
        headers = headers + [("content-type", kind), ("content-length", str(len(body))), ("accept-ranges", "bytes")]
    return Response(200, headers, body)


def api(dice, request):
    headers = common(dice) + vary(dice) + dice.some((
        ("access-control-allow-origin", "https://shop.example"),
        ("access-control-allow-credentials", "true"),
        ("x-ratelimit-limit", "600"),
        ("x-ratelimit-remaining", str(dice.below(600))),
        ("cache-control", "private, max-age=0"),
        ("etag", f'W/"{dice.text(12)}"'),
    ), 1, 6)
    roll = dice.below(100)
    if request.method == "DELETE":
        return Response(204, headers)
    if request.method == "HEAD":
        return Response(200, headers + [("content-type", "application/json"), ("content-length", str(dice.between(80, 9000)))])
    if roll < 6:
        status, body = dice.one(((401, b'{"error":"token expired"}'), (404, b'{"error":"no such thing"}'), (429, b'{"error":"slow down"}')))
    else:
        status, body = (201 if request.method == "POST" else 200), records(dice)
    headers, body = with_body(dice, headers, "application/json", body)
    # Trailers need a body that ends by framing, not by its length.
    streamed = all(name != "content-length" for name, _ in headers)
    trailers = [("x-content-crc32", f"{zlib.crc32(body):08x}")] if streamed and dice.chance(0.5) else []
    return Response(status, headers, body, trailers)


def form(dice, request):
    return empty(dice, 303, ("location", "https://shop.example/account"), ("content-length", "0"),
                 ("cache-control", "no-cache"), *set_cookies(dice))


def probe(dice, request):
    return Response(200, common(dice) + [("content-type", "text/plain"), ("content-length", "3")], b"ok\n")


ANSWERS = {"page": page, "asset": asset, "fetch": api, "app": api, "program": api, "bot": page, "form": form, "probe": probe}


def response(dice, request):
    """The answer to a request, as its kind gets it."""
    return ANSWERS[request.kind](dice, request)
