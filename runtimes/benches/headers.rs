//! What the guests of the benches ask for.

/// Host calls in one callback of the guest.
pub(crate) const CALLS: u32 = 1000;

/// The request's headers; the guest asks for `x-request-id`, whose value has 32 bytes.
pub(crate) const HEADERS: [(&str, &str); 16] = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "shop.example"),
    (":path", "/articles/17?from=search"),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    ),
    (
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ),
    ("accept-language", "en-GB,en;q=0.5"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("referer", "https://shop.example/search?q=lamp"),
    ("x-request-id", "6f1d2c3b4a5968778695a4b3c2d1e0f1"),
    ("cookie", "session=8c1f0a2b; theme=dark"),
    ("upgrade-insecure-requests", "1"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "same-origin"),
    ("x-forwarded-for", "203.0.113.7"),
];
