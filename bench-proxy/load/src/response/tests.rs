use proptest::prelude::*;

use super::*;
use crate::mix::{Check, Mix, Tag};
use crate::target::Target;

/// What came of a whole input, whatever its pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Came {
    /// Status, bytes taken, whether the connection closes, difference.
    Whole(u16, usize, bool, Option<String>),
    Part,
    Garbage(Garbage),
}

fn shot_of(exchange: &str) -> Shot {
    let exchanges = workloads::parse_json_lines("test", exchange.as_bytes()).expect("valid");
    let mix = Mix::of(&exchanges, Check::Recorded, Tag::None).expect("a mix");
    mix.shots()[0].clone()
}

fn get() -> Shot {
    let target = Target::parse("http://127.0.0.1/").expect("a target");
    Mix::get(&target).shots()[0].clone()
}

/// Takes the input in pieces that end at `cuts`, and then the connection's end.
fn take(shot: &Shot, input: &[u8], cuts: &[usize], memo: &mut Option<Memo>) -> Came {
    let mut response = Response::default();
    let mut at = 0;
    let ends = cuts.iter().copied().chain([input.len()]);
    for end in ends.filter(|end| *end <= input.len()) {
        if end <= at && end != input.len() {
            continue;
        }
        match response.take(&input[at..end], shot, memo) {
            Ok(Step::More) => at = end,
            Ok(Step::Done(taken)) => {
                return Came::Whole(
                    response.status(),
                    at + taken,
                    response.closes(),
                    response.difference(),
                );
            }
            Err(garbage) => return Came::Garbage(garbage),
        }
    }
    if response.close(shot) {
        return Came::Whole(response.status(), input.len(), true, response.difference());
    }
    Came::Part
}

fn whole(shot: &Shot, input: &[u8]) -> Came {
    take(shot, input, &[], &mut None)
}

fn good(input: &str) -> (u16, usize, bool) {
    match whole(&get(), input.as_bytes()) {
        Came::Whole(status, taken, closes, None) => (status, taken, closes),
        other => panic!("{input:?} came to {other:?}"),
    }
}

#[test]
fn a_response_ends_where_its_framing_says() {
    assert_eq!(
        good("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhixx"),
        (200, 40, false)
    );
    assert_eq!(
        good("HTTP/1.1 204 No\r\ncontent-length: 2\r\n\r\n"),
        (204, 38, false)
    );
    assert_eq!(good("HTTP/1.1 304 No\r\n\r\nx"), (304, 19, false));
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\nx: y\r\n\r\n";
    assert_eq!(good(chunked), (200, chunked.len(), false));
    let until_close = "HTTP/1.1 200 OK\r\n\r\nall of it";
    assert_eq!(good(until_close), (200, until_close.len(), true));
    let interim =
        "HTTP/1.1 103 Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(good(interim), (200, interim.len(), false));
    assert_eq!(
        good("HTTP/1.0 200 OK\ncontent-length: 1\n\nx"),
        (200, 36, true)
    );
    assert!(good("HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 0\r\n\r\n").2);
}

#[test]
fn the_answer_to_head_has_no_body_whatever_it_announces() {
    let shot = shot_of(
        r#"{"request":{"method":"HEAD","path":"/"},"response":{"status":200,"body":"four"}}"#,
    );
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n";
    assert_eq!(
        whole(&shot, answer),
        Came::Whole(200, answer.len(), false, None)
    );
}

#[test]
fn garbage_is_refused() {
    let shot = get();
    for (input, garbage) in [
        ("SSH-2.0-OpenSSH\r\n", Garbage::NotHttp),
        ("HTTP/2 200\r\n\r\n", Garbage::NotHttp),
        ("HTTP/1.1 abc\r\n\r\n", Garbage::NotHttp),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Garbage::NotHttp),
        ("HTTP/1.1 999 OK\r\n\r\n", Garbage::NotHttp),
        ("HTTP/1.1 101 Switch\r\n\r\n", Garbage::Switched),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
            Garbage::BadLength,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            Garbage::BadLength,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
            Garbage::BadLength,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\n",
            Garbage::TwoLengths,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            Garbage::TwoLengths,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
            Garbage::BadChunk,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
            Garbage::BadChunk,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab",
            Garbage::BadChunk,
        ),
    ] {
        assert_eq!(
            whole(&shot, input.as_bytes()),
            Came::Garbage(garbage),
            "{input:?}"
        );
    }
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "x-a: b\r\n".repeat(20_000));
    let fields = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(300));
    for large in [endless, fields] {
        assert_eq!(
            whole(&shot, large.as_bytes()),
            Came::Garbage(Garbage::HeadTooLarge)
        );
    }
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(40);
    assert_eq!(
        whole(&shot, interim.as_bytes()),
        Came::Garbage(Garbage::TooManyInterim)
    );
    let trailers = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n{}",
        "x-a: b\r\n".repeat(20_000)
    );
    assert_eq!(
        whole(&shot, trailers.as_bytes()),
        Came::Garbage(Garbage::TrailersTooLarge)
    );
}

#[test]
fn a_body_that_differs_is_told_wherever_it_does() {
    let shot = shot_of(
        r#"{"request":{"method":"GET","path":"/"},"response":{"status":200,"body":"hello"}}"#,
    );
    let answer = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    for (body, same) in [
        ("hello", true),
        ("hellp", false),
        ("hell", false),
        ("hello!", false),
        ("", false),
    ] {
        let Came::Whole(_, _, _, difference) = whole(&shot, answer(body).as_bytes()) else {
            panic!("{body} is no whole answer");
        };
        assert_eq!(difference.is_none(), same, "{body}");
    }
}

#[test]
fn a_remembered_header_says_the_same_and_a_wrong_one_is_not_remembered() {
    let shot = shot_of(
        r#"{"request":{"method":"GET","path":"/"},"response":{"status":200,"headers":[["a","1"]],"body":"x"}}"#,
    );
    let mut memo = None;
    let good = b"HTTP/1.1 200 OK\r\na: 1\r\ncontent-length: 1\r\n\r\nx";
    let wrong = b"HTTP/1.1 200 OK\r\na: 2\r\ncontent-length: 1\r\n\r\nx";
    let first = take(&shot, good, &[], &mut memo);
    assert!(memo.is_some());
    assert_eq!(take(&shot, good, &[], &mut memo), first);
    for _ in 0..2 {
        let came = take(&shot, wrong, &[], &mut memo);
        assert!(matches!(came, Came::Whole(200, _, _, Some(_))), "{came:?}");
    }
    let other_body = b"HTTP/1.1 200 OK\r\na: 1\r\ncontent-length: 1\r\n\r\ny";
    let came = take(&shot, other_body, &[], &mut memo);
    assert!(matches!(came, Came::Whole(200, _, _, Some(_))), "{came:?}");
}

/// Heads, bodies and garbage that real and hostile servers send.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("content-length: 3\r\n".to_owned()),
        Just("Transfer-Encoding: chunked\r\n".to_owned()),
        Just("connection: close\r\n".to_owned()),
        Just("x: y\n".to_owned()),
        "[a-z]{1,8}: [ -~]{0,20}\r\n",
        "[ -~]{0,20}\r?\n",
    ];
    let status = prop_oneof![
        Just("HTTP/1.1 200 OK\r\n".to_owned()),
        Just("HTTP/1.0 200 OK\r\n".to_owned()),
        Just("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n".to_owned()),
        Just("HTTP/1.1 304 Not Modified\r\n".to_owned()),
        "HTTP/1.[0-2] [0-9]{2,4} [ -~]{0,8}\r?\n",
    ];
    let body = prop_oneof![
        Just(b"abc".to_vec()),
        Just(b"3\r\nabc\r\n0\r\n\r\n".to_vec()),
        Just(b"1\r\na\r\n2;x=\"y\"\r\nbc\r\n0\r\nt: u\r\n\r\n".to_vec()),
        Just(b"3\r\nab".to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    let lines = prop::collection::vec(line, 0..4);
    (status, lines, any::<bool>(), body).prop_map(|(status, lines, ends, body)| {
        let mut input = status.into_bytes();
        for line in lines {
            input.extend(line.into_bytes());
        }
        if ends {
            input.extend(b"\r\n");
        }
        input.extend(body);
        input
    })
}

proptest! {
    #[test]
    fn any_pieces_come_to_the_same(input in input(), mut cuts in prop::collection::vec(0usize..200, 0..12)) {
        cuts.sort_unstable();
        let shot = shot_of(r#"{"request":{"method":"GET","path":"/"},"response":{"status":200,"body":"abc"}}"#);
        let expected = whole(&shot, &input);
        prop_assert_eq!(&take(&shot, &input, &cuts, &mut None), &expected);
        let single: Vec<usize> = (0..input.len()).collect();
        prop_assert_eq!(&take(&shot, &input, &single, &mut None), &expected);
        // A header that was remembered changes nothing either.
        let mut memo = None;
        for _ in 0..2 {
            prop_assert_eq!(&take(&shot, &input, &cuts, &mut memo), &expected);
        }
    }

    #[test]
    fn no_bytes_do_harm(input in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = whole(&get(), &input);
    }
}
