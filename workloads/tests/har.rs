//! Reading HTTP Archives as browsers and proxies write them.

use workloads::{Exchange, Fault, parse_har, parse_traffic};

fn archive(entries: &str) -> String {
    format!(r#"{{"log":{{"version":"1.2","creator":{{"name":"b"}},"entries":[{entries}]}}}}"#)
}

fn parse(entries: &str) -> Vec<Exchange> {
    parse_har("t.har", archive(entries).as_bytes()).expect("a sound archive")
}

fn refusal(entries: &str) -> String {
    parse_har("t.har", archive(entries).as_bytes())
        .unwrap_err()
        .to_string()
}

/// An entry whose request goes to a URL.
fn entry(url: &str) -> String {
    format!(r#"{{"request":{{"method":"GET","url":"{url}"}}}}"#)
}

#[test]
fn reads_a_browsers_entry() {
    let exchanges = parse(
        r#"{"startedDateTime":"2026-03-01T10:00:00Z","time":12.5,
            "request":{"method":"POST","url":"https://user@shop.example:8443/a?b=c#d","httpVersion":"h2",
              "headers":[{"name":":authority","value":"shop.example"},{"name":"Accept","value":"*/*"}],
              "cookies":[],"queryString":[{"name":"b","value":"c"}],
              "postData":{"mimeType":"application/json","text":"{}"}},
            "response":{"status":201,"statusText":"","headers":[{"name":"Set-Cookie","value":"a=1\nb=2"}],
              "content":{"size":2,"mimeType":"image/png","text":"AP8=","encoding":"base64"}},
            "cache":{},"timings":{},"_priority":"High"}"#,
    );
    let [exchange] = &exchanges[..] else {
        panic!("one exchange")
    };
    let (request, response) = (&exchange.request, &exchange.response);
    assert_eq!(exchange.id, "entry-1");
    assert_eq!(
        (request.method.as_str(), request.scheme.as_str()),
        ("POST", "https")
    );
    assert_eq!(
        (request.authority.as_str(), request.path.as_str()),
        ("shop.example:8443", "/a?b=c")
    );
    assert_eq!(request.headers, [("accept".to_owned(), "*/*".to_owned())]);
    assert_eq!(request.body, b"{}");
    assert_eq!(response.status, 201);
    let cookies = ["a=1", "b=2"].map(|value| ("set-cookie".to_owned(), value.to_owned()));
    assert_eq!(response.headers, cookies);
    assert_eq!(response.body, [0, 255]);
    assert_eq!(exchange.expect, None);
}

#[test]
fn a_request_never_answered_gets_a_plain_200() {
    let blocked =
        r#"{"request":{"method":"GET","url":"http://a/"},"response":{"status":0,"headers":[]}}"#;
    for entries in [entry("http://a/"), blocked.to_owned()] {
        assert_eq!(parse(&entries)[0].response.status, 200);
    }
}

#[test]
fn splits_urls_as_a_client_would() {
    for (url, authority, path) in [
        ("http://a", "a", "/"),
        ("http://a?b", "a", "/?b"),
        ("http://a/b c|d?e={f}", "a", "/b%20c%7Cd?e=%7Bf%7D"),
        ("http://a/é#f", "a", "/%C3%A9"),
        ("http://[::1]:80/x%20y", "[::1]:80", "/x%20y"),
    ] {
        let request = &parse(&entry(url))[0].request;
        assert_eq!(
            (request.authority.as_str(), request.path.as_str()),
            (authority, path),
            "{url}"
        );
    }
}

#[test]
fn forms_may_come_as_fields() {
    let exchanges = parse(
        r#"{"request":{"method":"POST","url":"http://a/",
            "postData":{"params":[{"name":"a b","value":"c&d"},{"name":"e"}]}}}"#,
    );
    assert_eq!(exchanges[0].request.body, b"a%20b=c%26d&e=");
}

#[test]
fn is_told_from_json_lines_by_its_start() {
    let text = format!("\u{feff} {}", archive(&entry("http://a/")));
    assert_eq!(
        parse_traffic("t", text.as_bytes())
            .expect("an archive")
            .len(),
        1
    );
    let lines = r#"{"request":{"method":"GET","path":"/"}}"#;
    assert_eq!(
        parse_traffic("t", lines.as_bytes()).expect("lines")[0].id,
        "line-1"
    );
}

#[test]
fn a_refusal_names_the_entry_the_field_and_the_remedy() {
    let good = entry("http://a/");
    for (bad, expected) in [
        (entry("/a"), "log.entries[1].request.url: '/a' is no http or https URL; give an absolute one"),
        (entry("data:text/plain,x"), "log.entries[1].request.url: 'data:text/plain,x' is no http"),
        (entry("ws://a/"), "log.entries[1].request.scheme: 'ws' is no scheme of HTTP"),
        (r#"{"request":{"url":"http://a/"}}"#.into(), "log.entries[1].request: missing field `method`"),
        (
            r#"{"request":{"method":"GET","url":"http://a/","headers":[{"name":"a b","value":""}]}}"#.into(),
            "log.entries[1].request.headers[0]: 'a b' is no header name",
        ),
        (
            r#"{"request":{"method":"GET","url":"http://a/"},"response":{"status":99}}"#.into(),
            "log.entries[1].response.status: 99 is no status",
        ),
        (
            r#"{"request":{"method":"GET","url":"http://a/"},
                "response":{"status":200,"content":{"text":"*","encoding":"base64"}}}"#.into(),
            "log.entries[1].response.content.text: not base64",
        ),
    ] {
        let text = refusal(&format!("{good},{bad}"));
        assert!(text.starts_with("t.har, ") && text.contains(expected), "{bad}: {text}");
    }
}

#[test]
fn refuses_what_is_no_archive() {
    let fault = |text: &str| parse_har("t", text.as_bytes()).unwrap_err().fault;
    assert_eq!(fault(&archive("")), Fault::Empty);
    assert!(matches!(fault("{\"log\":{}}"), Fault::Json(_)));
    assert!(matches!(fault("{\"log\":"), Fault::Json(_)));
    assert!(matches!(fault("\u{0}"), Fault::Json(_)));
}
