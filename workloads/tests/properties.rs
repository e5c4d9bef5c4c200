//! What holds for every input.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use workloads::{
    Exchange, Expectation, Forwarded, LocalResponse, RequestMessage, ResponseMessage, parse_har,
    parse_json_lines, parse_traffic, write_json_lines,
};

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    vec(("[a-z0-9!#$%&'*+.^_`|~-]{1,12}", "[^\r\n\0]{0,20}"), 0..6)
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..40),
        "\\PC{0,20}".prop_map(String::into_bytes)
    ]
}

fn request() -> impl Strategy<Value = RequestMessage> {
    let line = (
        "[A-Z]{1,7}",
        "https?",
        "[a-z0-9.]{1,12}(:[0-9]{2,4})?",
        "/[!-~]{0,20}",
    );
    (line, headers(), body(), headers()).prop_map(
        |((method, scheme, authority, path), headers, body, trailers)| RequestMessage {
            method,
            scheme,
            authority,
            path,
            headers,
            body,
            trailers,
        },
    )
}

fn response() -> impl Strategy<Value = ResponseMessage> {
    (200u16..=599, headers(), body(), headers()).prop_map(|(status, headers, body, trailers)| {
        ResponseMessage {
            status,
            headers,
            body,
            trailers,
        }
    })
}

fn expectation() -> impl Strategy<Value = Expectation> {
    let forwarded = (
        headers(),
        200u16..=599,
        headers(),
        option::of(body()),
        option::of(body()),
    );
    let forwarded = forwarded.prop_map(
        |(request_headers, response_status, response_headers, request_body, response_body)| {
            Expectation::Forwarded(Forwarded {
                request_headers,
                response_status,
                response_headers,
                request_body,
                response_body,
            })
        },
    );
    let local = (200u16..=599, headers(), body()).prop_map(|(status, headers, body)| {
        Expectation::LocalResponse(LocalResponse {
            status,
            headers,
            body,
        })
    });
    prop_oneof![forwarded, local]
}

fn exchanges() -> impl Strategy<Value = Vec<Exchange>> {
    let parts = (
        request(),
        response(),
        option::of(expectation()),
        "\\PC{0,8}",
    );
    vec(parts, 1..5).prop_map(|parts| {
        let numbered = parts.into_iter().enumerate();
        numbered
            .map(|(number, (request, response, expect, name))| Exchange {
                id: format!("{number}-{name}"),
                request,
                response,
                expect,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(exchanges in exchanges()) {
        let text = write_json_lines(&exchanges);
        prop_assert_eq!(parse_json_lines("t", text.as_bytes()), Ok(exchanges));
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = parse_traffic("t", &bytes);
        let _ = parse_json_lines("t", &bytes);
        let _ = parse_har("t", &bytes);
    }

    #[test]
    fn no_broken_line_makes_a_parser_panic(
        exchanges in exchanges(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = write_json_lines(&exchanges).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = parse_traffic("t", &bytes);
    }

    #[test]
    fn no_url_makes_the_archive_reader_panic(url in "(https?://)?\\PC{0,30}") {
        let entry = serde_json::json!({"request": {"method": "GET", "url": url}});
        let archive = serde_json::json!({"log": {"entries": [entry]}}).to_string();
        if let Ok(exchanges) = parse_har("t", archive.as_bytes()) {
            let request = &exchanges[0].request;
            prop_assert!(request.path.starts_with('/'));
            prop_assert!(request.path.is_ascii() && !request.path.contains([' ', '#']));
            prop_assert!(!request.authority.is_empty());
        }
    }
}
