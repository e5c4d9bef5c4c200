//! Reading JSON lines: what is taken, and what a refusal says.

use workloads::{
    Expectation, Fault, MAX_LINE_BYTES, ResponseMessage, parse_json_lines, parse_traffic,
};

fn refusal(line: &str) -> String {
    parse_json_lines("t.jsonl", line.as_bytes())
        .unwrap_err()
        .to_string()
}

/// A line around a request's fields.
fn request(fields: &str) -> String {
    format!(r#"{{"request":{{"method":"GET","path":"/"{fields}}}}}"#)
}

#[test]
fn a_request_alone_is_enough() {
    let exchanges = parse_json_lines("t", request("").as_bytes()).expect("sound");
    assert_eq!(exchanges[0].id, "line-1");
    assert_eq!(exchanges[0].request.scheme, "https");
    assert_eq!(exchanges[0].request.authority, "localhost");
    assert_eq!(exchanges[0].response, ResponseMessage::synthetic());
    assert_eq!(exchanges[0].expect, None);
}

#[test]
fn names_become_lower_case_and_values_stay() {
    let line = request(r#","headers":[["User-Agent","Ä b"],["accept",""]]"#);
    let exchanges = parse_json_lines("t", line.as_bytes()).expect("sound");
    let expected =
        [("user-agent", "Ä b"), ("accept", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    assert_eq!(exchanges[0].request.headers, expected);
}

#[test]
fn bodies_are_text_or_base64() {
    let text = request(r#","body":"hé""#) + "\n\n" + &request(r#","body_base64":"AP8=""#) + "\n";
    let exchanges = parse_traffic("t", text.as_bytes()).expect("sound");
    assert_eq!(exchanges[0].request.body, "hé".as_bytes());
    assert_eq!(exchanges[1].request.body, [0, 255]);
    assert_eq!(exchanges[1].id, "line-3");
}

#[test]
fn reads_both_outcomes() {
    let forwarded = r#""expect":{"forwarded":{"request_headers":[],"response_status":204,"response_headers":[["a","b"]],"response_body":""}}"#;
    let local = r#""expect":{"local_response":{"status":403,"body":"no"}}"#;
    let line = |expect: &str| format!(r#"{{"request":{{"method":"GET","path":"/"}},{expect}}}"#);
    let text = format!("{}\n{}", line(forwarded), line(local));
    let exchanges = parse_json_lines("t", text.as_bytes()).expect("sound");
    let Some(Expectation::Forwarded(forwarded)) = &exchanges[0].expect else {
        panic!("not forwarded");
    };
    assert_eq!(
        (forwarded.response_status, &forwarded.request_body),
        (204, &None)
    );
    assert_eq!(forwarded.response_body.as_deref(), Some(&b""[..]));
    let Some(Expectation::LocalResponse(local)) = &exchanges[1].expect else {
        panic!("not local");
    };
    assert_eq!((local.status, &local.body[..]), (403, &b"no"[..]));
}

#[test]
fn a_refusal_names_file_line_field_and_remedy() {
    for (line, expected) in [
        (
            request(r#","headers":[["a b","c"]]"#),
            "request.headers[0]: 'a b' is no header name; use letters",
        ),
        (
            request(r#","headers":[["a","b"],["c","d\ne"]]"#),
            "request.headers[1]: the value of 'c' has a line break",
        ),
        (
            request(r#","headers":[[":path","/"]]"#),
            "request.headers[0]: ':path' is a pseudo-header; use the fields",
        ),
        (
            request(r#","trailers":[["","/"]]"#),
            "request.trailers[0]: '' is no header name",
        ),
        (
            request(r#","headers":[["a"]]"#),
            "request.headers[0]: invalid length 1",
        ),
        (
            request(r#","header":[]"#),
            "request.header: unknown field `header`",
        ),
        (
            request(r#","scheme":"ftp""#),
            "request.scheme: 'ftp' is no scheme of HTTP; use http or https",
        ),
        (
            request(r#","authority":"a/b""#),
            "request.authority: 'a/b' is no authority; use host",
        ),
        (
            request(r#","body":"a","body_base64":"YQ==""#),
            "request.body: given as text and as base64",
        ),
        (
            request(r#","body_base64":"*""#),
            "request.body_base64: not base64",
        ),
        (
            r#"{"request":{"method":"GET","path":"a b"}}"#.into(),
            "request.path: 'a b' is no path; start with '/'",
        ),
        (
            r#"{"request":{"method":"G ET","path":"/"}}"#.into(),
            "request.method: 'G ET' is no method",
        ),
        (
            r#"{"request":{"method":"GET"}}"#.into(),
            "request: missing field `path`",
        ),
        (r#"{}"#.into(), "missing field `request`"),
        (
            r#"{"request":{"method":"GET","path":"/"},"response":{"status":101}}"#.into(),
            "response.status: 101 is no status of a final response",
        ),
        (
            r#"{"request":{"method":"GET","path":"/"},"response":{"status":"200"}}"#.into(),
            "response.status: invalid type: string",
        ),
        (
            r#"{"request":{"method":"GET","path":"/"},"expect":{"forward":{}}}"#.into(),
            "unknown variant `forward`",
        ),
        (
            r#"{"request":{"method":"GET","path":"/"},"expect":{"local_response":{"status":0}}}"#
                .into(),
            "expect.local_response.status: 0 is no status",
        ),
        (request("") + " {}", "trailing characters"),
    ] {
        let text = refusal(&format!("\n{line}"));
        assert!(text.starts_with("t.jsonl, line 2"), "{line}: {text}");
        assert!(text.contains(expected), "{line}: {text}");
        assert!(text.contains("; "), "{line}: {text} has no remedy");
    }
}

#[test]
fn refuses_what_is_no_text_or_no_traffic() {
    let fault = |bytes: &[u8]| parse_json_lines("t", bytes).unwrap_err().fault;
    assert_eq!(fault(b""), Fault::Empty);
    assert_eq!(fault(b"\n \r\n"), Fault::Empty);
    assert_eq!(fault(b"{\xff}"), Fault::NotText);
    assert!(matches!(fault(b"["), Fault::Json(_)));
}

#[test]
fn refuses_a_second_exchange_of_the_same_id() {
    let line = r#"{"id":"a","request":{"method":"GET","path":"/"}}"#;
    let text = refusal(&format!("{line}\n{line}"));
    assert!(
        text.starts_with("t.jsonl, line 2, id: the id 'a' is there already"),
        "{text}"
    );
}

#[test]
fn refuses_a_line_that_is_too_long() {
    let body = "x".repeat(MAX_LINE_BYTES);
    assert!(
        refusal(&request(&format!(r#","body":"{body}""#)))
            .contains("line 1: the line has more than")
    );
}
