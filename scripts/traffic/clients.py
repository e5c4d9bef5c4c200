"""Who asks: browsers, apps, programs, bots and probes, with the headers they send."""

import json
import urllib.parse

from .exchange import Request

SHOP, API, CDN = "shop.example", "api.shop.example", "static.shop.example"
PRODUCTS = ("linen-shirt", "desk-lamp", "trail-shoes", "espresso-cup", "rain-jacket", "oak-shelf", "wool-scarf")
SECTIONS = ("women", "men", "home", "outdoor", "kitchen", "sale", "new-in")
LANGUAGES = ("en-US,en;q=0.9", "tr-TR,tr;q=0.9,en-US;q=0.8,en;q=0.7", "de-DE,de;q=0.9,en;q=0.8", "fr,en;q=0.5")
CHROME = (
    ("Windows NT 10.0; Win64; x64", '"Windows"'),
    ("Macintosh; Intel Mac OS X 10_15_7", '"macOS"'),
    ("X11; Linux x86_64", '"Linux"'),
)
BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
)


def query(**fields):
    return "?" + urllib.parse.urlencode(fields)


def chrome(dice):
    """The headers that name a Chrome, in the spelling its client hints use."""
    (system, platform), version = dice.one(CHROME), dice.between(118, 138)
    agent = f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    brands = f'"Chromium";v="{version}", "Google Chrome";v="{version}", "Not-A.Brand";v="99"'
    return [
        ("sec-ch-ua", brands),
        ("sec-ch-ua-mobile", "?0"),
        ("sec-ch-ua-platform", platform),
        ("user-agent", agent),
    ]


def other_browser(dice):
    version = dice.between(115, 140)
    return [("user-agent", dice.one((
        f"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1",
    )))]


def browser(dice):
    return chrome(dice) if dice.chance(0.6) else other_browser(dice)


def cookies(dice):
    """One cookie header, or several as HTTP/2 clients may send them."""
    crumbs = [f"_ga=GA1.2.{dice.between(10**8, 10**9)}.{dice.between(1_700_000_000, 1_770_000_000)}"]
    if dice.chance(0.6):
        crumbs.append(f"session={dice.token(32)}")
    crumbs += dice.some((f"cart={dice.uuid()}", "currency=EUR", "theme=dark", f"ab_bucket={dice.below(8)}"), 0, 4)
    if dice.chance(0.2):
        return [("cookie", crumb) for crumb in crumbs]
    return [("cookie", "; ".join(crumbs))]


def edge(dice, low, high):
    """What a load balancer in front has added."""
    trace, span = dice.text(32), dice.text(16)
    client = dice.address()
    hops = client if dice.chance(0.8) else f"{dice.address()}, {client}"
    return dice.some((
        ("x-forwarded-for", hops),
        ("x-forwarded-proto", "http" if dice.chance(0.15) else "https"),
        ("x-request-id", dice.uuid()),
        ("traceparent", f"00-{trace}-{span}-0{dice.below(2)}"),
        ("x-real-ip", client),
        ("x-forwarded-port", "443"),
        ("via", dice.one(("2.0 cdn-fra1", "1.1 varnish", "1.1 lb-17.shop.example"))),
        ("x-internal-user", f"u-{dice.between(1000, 9999)}"),
        ("x-internal-token", dice.token(24)),
        ("x-internal-debug", "1"),
    ), low, high)


def page(dice):
    """A browser that opens a page."""
    section, product = dice.one(SECTIONS), dice.one(PRODUCTS)
    path = dice.one((
        "/", f"/{section}", f"/{section}/{product}-{dice.between(1000, 99999)}",
        "/search" + query(q=product.replace("-", " "), page=dice.between(1, 9), sort=dice.one(("price", "new"))),
        f"/{section}" + query(colour=dice.one(("blue", "écru", "black & white")), size=dice.one("SML")),
        "/account/orders", f"/account/orders/{dice.between(10**6, 10**7)}", "/cart", "/help/returns",
        "/admin/reports" + query(day=f"2026-03-{dice.between(1, 28):02}"),
    ))
    headers = [
        *browser(dice),
        ("upgrade-insecure-requests", "1"),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
        ("sec-fetch-site", dice.one(("none", "same-origin", "cross-site"))),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", dice.one(LANGUAGES)),
        *(cookies(dice) if dice.chance(0.8) else []),
        *edge(dice, 2, 6),
    ]
    return Request("page", "GET", SHOP, path, headers)


def asset(dice):
    """A browser that fetches a script, a style, a picture or a font, often again."""
    name = dice.one(("app.js", "vendor.js", "main.css", "hero.webp", "logo.svg", "inter.woff2", "product.jpg"))
    headers = [
        *browser(dice),
        ("accept", dice.one(("*/*", "text/css,*/*;q=0.1", "image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8"))),
        ("referer", f"https://{SHOP}/{dice.one(SECTIONS)}"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-dest", dice.one(("script", "style", "image", "font"))),
        ("accept-encoding", "gzip, deflate, br"),
        ("accept-language", dice.one(LANGUAGES)),
        *edge(dice, 2, 5),
    ]
    if dice.chance(0.6):
        headers.append(("if-none-match", f'"{dice.text(16)}"'))
    return Request("asset", "GET", CDN, f"/assets/{dice.text(8)}/{name}", headers)


def fetch(dice):
    """A page's script that talks to the API."""
    body, method = b"", "GET"
    headers = [
        *browser(dice),
        ("accept", "application/json, text/plain, */*"),
        ("origin", f"https://{SHOP}"),
        ("referer", f"https://{SHOP}/{dice.one(SECTIONS)}/{dice.one(PRODUCTS)}"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
        ("accept-encoding", "gzip, deflate, br"),
        ("accept-language", dice.one(LANGUAGES)),
        *cookies(dice)[:2],
        *edge(dice, 1, 4),
    ]
    path = dice.one((
        "/api/v2/recommendations" + query(product=dice.between(1000, 99999), limit=12),
        f"/api/v2/stock/{dice.between(1000, 99999)}", "/api/v2/cart", "/graphql", "/api/v2/cart/items",
    ))
    if path in ("/graphql", "/api/v2/cart/items"):
        method = "POST"
        item = {"product": dice.between(1000, 99999), "quantity": dice.between(1, 4), "note": dice.one(("", "geschenk", "hediye ✓"))}
        body = json.dumps(item, ensure_ascii=False).encode()
        headers += [("content-type", "application/json"), ("content-length", str(len(body)))]
    return Request("fetch", method, API, path, headers, body)


def form(dice):
    """A browser that sends a form."""
    fields = {"email": f"{dice.token(8).lower()}@mail.example", "password": dice.token(14), "remember": "on"}
    body = urllib.parse.urlencode(fields).encode()
    path = dice.one(("/account/login", "/account/address", "/newsletter"))
    headers = [
        *other_browser(dice),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("origin", f"https://{SHOP}"),
        ("referer", f"https://{SHOP}{path}"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-length", str(len(body))),
        ("accept-encoding", "gzip, deflate, br"),
        ("accept-language", dice.one(LANGUAGES)),
        *cookies(dice),
        *edge(dice, 2, 5),
    ]
    return Request("form", "POST", SHOP, path, headers, body)


def app(dice):
    """The shop's app on a phone."""
    method, body = dice.one(("GET", "GET", "GET", "PUT")), b""
    path = dice.one((f"/api/v3/feed{query(cursor=dice.token(20))}", "/api/v3/me", f"/api/v3/products/{dice.between(1, 99999)}"))
    headers = [
        ("user-agent", dice.one((
            "ShopApp/7.41.2 (Android 15; Pixel 8; okhttp/4.12.0)",
            "ShopApp/7.41.0 (iPhone16,1; iOS 18.3) CFNetwork/1568.300.101 Darwin/24.2.0",
            "okhttp/4.11.0",
        ))),
        ("accept", "application/json"),
        ("accept-encoding", "gzip"),
        ("accept-language", dice.one(("tr-TR", "en-GB", "de-DE"))),
        ("authorization", f"Bearer {dice.token(20)}.{dice.token(64)}.{dice.token(43)}"),
        ("x-app-version", "7.41.2"),
        ("x-device-id", dice.uuid()),
        ("x-timezone", dice.one(("Europe/Istanbul", "Europe/Berlin", "UTC"))),
        *edge(dice, 2, 7),
    ]
    if method == "PUT":
        path, body = "/api/v3/me/preferences", json.dumps({"push": dice.chance(0.5), "size": dice.one("SML")}).encode()
        headers += [("content-type", "application/json; charset=utf-8"), ("content-length", str(len(body)))]
    return Request("app", method, API, path, headers, body)


def program(dice):
    """A partner's program, a script, a service of our own."""
    method = dice.one(("GET", "GET", "GET", "POST", "DELETE", "HEAD"))
    path = dice.one((f"/api/v1/orders/{dice.between(1, 10**6)}", "/api/v1/orders", "/admin/api/users", "/export/stock.csv"))
    headers = [
        ("user-agent", dice.one((
            "python-requests/2.32.3", "Go-http-client/2.0", "curl/8.5.0", "axios/1.7.9", "Java-http-client/21.0.5",
        ))),
        ("accept", dice.one(("*/*", "application/json"))),
        ("accept-encoding", "gzip, deflate"),
        ("authorization", dice.one((f"Bearer {dice.token(40)}", f"Basic {dice.token(24)}=="))),
        ("x-api-key", dice.token(32)),
        ("cache-control", "no-cache"),
        *edge(dice, 4, 8),
    ]
    body = b""
    if method == "POST":
        body = json.dumps({"order": dice.between(1, 10**6), "lines": [{"sku": dice.text(8), "n": dice.between(1, 9)}]}).encode()
        headers += [("content-type", "application/json"), ("content-length", str(len(body)))]
    return Request("program", method, API, path, headers, body)


def bot(dice):
    """A crawler or a link preview."""
    path = dice.one(("/robots.txt", "/sitemap.xml", f"/{dice.one(SECTIONS)}", f"/{dice.one(SECTIONS)}/{dice.one(PRODUCTS)}"))
    headers = [
        ("user-agent", dice.one(BOTS)),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-encoding", "gzip, deflate, br"),
        ("from", f"crawler-{dice.below(50)}@search.example"),
        ("connection", "keep-alive"),
        *edge(dice, 3, 7),
    ]
    return Request("bot", "GET", SHOP, path, headers)


def probe(dice):
    """A health check."""
    headers = [
        ("user-agent", dice.one(("kube-probe/1.31", "ELB-HealthChecker/2.0", "UptimeRobot/2.0"))),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
        ("connection", "close"),
        *edge(dice, 4, 6),
    ]
    return Request("probe", "GET", SHOP, dice.one(("/healthz", "/healthz?full=1", "/ready")), headers, scheme="http")


# Who asks how often.
KINDS = ((page, 26), (asset, 18), (fetch, 16), (app, 14), (program, 10), (bot, 8), (form, 5), (probe, 3))


def request(dice):
    """The request of some client."""
    roll = dice.below(sum(weight for _, weight in KINDS))
    for kind, weight in KINDS:
        if roll < weight:
            return kind(dice)
        roll -= weight
