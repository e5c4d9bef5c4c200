use super::*;
use crate::context::HeadersState;
use crate::http::HeaderMap;
use crate::services::InProcess;
use crate::testing::{FakeGuest, MEMORY};

fn get(guest: &mut FakeGuest, path: &[u8]) -> Result<Vec<u8>, u32> {
    let (path, size) = guest.put(path);
    let (data, length) = (guest.slot(), guest.slot());
    match proxy_get_property(guest, path, size, data, length).unwrap() {
        0 => Ok(guest.returned(data, length)),
        status => Err(status),
    }
}

fn set(guest: &mut FakeGuest, path: &[u8], value: &[u8]) -> u32 {
    let (path, path_size) = guest.put(path);
    let (value, value_size) = guest.put(value);
    proxy_set_property(guest, path, path_size, value, value_size).unwrap()
}

fn guest() -> FakeGuest {
    let mut guest =
        FakeGuest::new(InProcess::builder().property(&["source", "address"], "10.0.0.1:80"));
    let stream = guest.stream();
    stream.request.headers = [
        (":method", "GET"),
        (":path", "/a/b?x=1&y=2#part"),
        (":authority", "example.com"),
        ("user-agent", "test/1"),
        ("accept", "a"),
        ("accept", "b"),
        ("content-length", "12"),
    ]
    .into_iter()
    .collect();
    guest
}

const NOT_FOUND: u32 = Status::NotFound as u32;
const BAD_ARGUMENT: u32 = Status::BadArgument as u32;

#[test]
fn the_request_is_seen_through_properties() {
    let mut guest = guest();
    for (path, value) in [
        (&b"request\0path"[..], &b"/a/b?x=1&y=2#part"[..]),
        (b"request\0url_path", b"/a/b"),
        (b"request\0query", b"x=1&y=2"),
        (b"request\0host", b"example.com"),
        (b"request\0method", b"GET"),
        (b"request\0method\0", b"GET"),
        (b"request\0useragent", b"test/1"),
        (b"request\0headers\0Accept", b"a,b"),
        (b"request\0size", &12_i64.to_le_bytes()),
        (b"source\0address", b"10.0.0.1:80"),
    ] {
        assert_eq!(
            get(&mut guest, path).as_deref(),
            Ok(value),
            "{}",
            path.escape_ascii()
        );
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut guest = guest();
    for path in [
        &b""[..],
        b"request",
        b"request\0",
        b"request\0referer",
        b"request\0headers\0cookie",
        b"request\0method\0more",
        b"response\0code",
        b"request\0code",
        b"nothing",
    ] {
        assert_eq!(
            get(&mut guest, path),
            Err(NOT_FOUND),
            "{}",
            path.escape_ascii()
        );
    }
}

#[test]
fn the_status_of_a_response_is_a_little_endian_number() {
    let mut guest = guest();
    let stream = guest.stream();
    stream.response.headers_state = HeadersState::Sent;
    stream.response.headers = [(":status", "404")].into_iter().collect();
    stream.response.body.extend(b"gone");
    assert_eq!(
        get(&mut guest, b"response\0code").unwrap(),
        404_i64.to_le_bytes()
    );
    assert_eq!(
        get(&mut guest, b"response\0size").unwrap(),
        4_i64.to_le_bytes()
    );
    let total = 4 + (":status".len() + "404".len()) as i64;
    assert_eq!(
        get(&mut guest, b"response\0total_size").unwrap(),
        total.to_le_bytes()
    );
    let map = get(&mut guest, b"response\0headers").unwrap();
    let fields: HeaderMap = crate::abi::pairs::parse(&map).unwrap().collect();
    assert_eq!(fields.get(b":status"), Some(&b"404"[..]));
}

#[test]
fn the_plugin_is_known_in_root_and_stream_and_an_empty_id_is_a_value() {
    let mut guest = guest();
    for context in [guest.root, guest.stream] {
        guest.host.effective = context;
        assert_eq!(
            get(&mut guest, b"plugin_name").as_deref(),
            Ok(&b"plugin"[..])
        );
        assert_eq!(
            get(&mut guest, b"plugin_root_id").as_deref(),
            Ok(&b"root"[..])
        );
        assert_eq!(get(&mut guest, b"plugin_vm_id").as_deref(), Ok(&b"vm"[..]));
    }
    let mut nameless = FakeGuest::with_vm(InProcess::builder(), Default::default());
    assert_eq!(get(&mut nameless, b"plugin_vm_id").as_deref(), Ok(&b""[..]));
}

#[test]
fn what_is_set_is_seen_later_on_the_same_stream_only() {
    let mut guest = guest();
    assert_eq!(set(&mut guest, b"my\0key", b"one"), 0);
    assert_eq!(set(&mut guest, b"my\0key", b"two"), 0);
    assert_eq!(get(&mut guest, b"my\0key").as_deref(), Ok(&b"two"[..]));
    guest.host.effective = guest.root;
    assert_eq!(get(&mut guest, b"my\0key"), Err(NOT_FOUND));
    assert_eq!(set(&mut guest, b"of\0root", b"seen by all"), 0);
    guest.host.effective = guest.stream;
    assert_eq!(
        get(&mut guest, b"of\0root").as_deref(),
        Ok(&b"seen by all"[..])
    );
}

#[test]
fn the_limits_of_setting_hold() {
    let mut guest = guest();
    assert_eq!(set(&mut guest, b"", b"x"), BAD_ARGUMENT);
    assert_eq!(
        set(&mut guest, b"big", &vec![0; MAX_VALUE + 1]),
        BAD_ARGUMENT
    );
    assert_eq!(
        set(&mut guest, &vec![b'p'; MAX_PATH + 1], b""),
        BAD_ARGUMENT
    );
    for index in 0..MAX_PROPERTIES {
        assert_eq!(set(&mut guest, format!("p{index}").as_bytes(), b""), 0);
    }
    assert_eq!(set(&mut guest, b"one more", b""), BAD_ARGUMENT);
    assert_eq!(set(&mut guest, b"p0", b"changed"), 0);
}

#[test]
fn bad_addresses_are_told() {
    let mut guest = guest();
    let invalid = Status::InvalidMemoryAccess as u32;
    let (path, size) = guest.put(b"plugin_name");
    let slot = guest.slot();
    assert_eq!(
        proxy_get_property(&mut guest, MEMORY, 1, slot, slot),
        Ok(invalid)
    );
    assert_eq!(
        proxy_get_property(&mut guest, usize::MAX, 2, slot, slot),
        Ok(invalid)
    );
    assert_eq!(
        proxy_get_property(&mut guest, path, size, MEMORY, slot),
        Ok(invalid)
    );
    assert_eq!(
        proxy_set_property(&mut guest, path, size, MEMORY - 1, 2),
        Ok(invalid)
    );
    guest.allocates = false;
    assert_eq!(
        proxy_get_property(&mut guest, path, size, slot, slot),
        Ok(invalid)
    );
}

#[test]
fn the_tape_holds_path_and_value() {
    let mut guest = guest();
    guest.record();
    get(&mut guest, b"plugin_name").unwrap();
    set(&mut guest, b"a", b"b");
    assert_eq!(
        guest.recorded(),
        [
            "proxy_get_property(\"plugin_name\", => \"plugin\") -> Ok",
            "proxy_set_property(\"a\", \"b\") -> Ok"
        ]
    );
}
