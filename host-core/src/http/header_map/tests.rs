//! Maps as filters change them.

use super::*;

fn map(fields: &[(&str, &str)]) -> HeaderMap {
    fields.iter().copied().collect()
}

#[test]
fn names_are_found_whatever_their_case() {
    let map = map(&[("Accept", "a"), ("x", "1"), ("accept", "b")]);
    assert_eq!(map.values(b"ACCEPT").collect::<Vec<_>>(), [b"a", b"b"]);
    assert_eq!(map.iter().next().unwrap().0, b"accept");
}

#[test]
fn several_values_are_joined_in_order() {
    let map = map(&[("a", "1"), ("b", "x"), ("A", "22"), ("a", "")]);
    let found = map.find(b"A").unwrap();
    let mut out = vec![0; found.joined_size(2)];
    map.join(found, b", ", &mut out);
    assert_eq!(out, b"1, 22, ");
    assert_eq!(map.find(b"c"), None);
}

#[test]
fn set_keeps_the_place_and_drops_the_other_values() {
    let mut fields = map(&[("a", "1"), ("b", "2"), ("a", "3")]);
    fields.set(b"A", b"a longer value").unwrap();
    assert_eq!(fields, map(&[("a", "a longer value"), ("b", "2")]));
    fields.set(b"a", b"s").unwrap();
    fields.set(b"c", b"new").unwrap();
    assert_eq!(fields, map(&[("a", "s"), ("b", "2"), ("c", "new")]));
    assert_eq!(fields.text_bytes(), "as".len() + "b2".len() + "cnew".len());
}

#[test]
fn remove_tells_whether_there_was_one() {
    let mut fields = map(&[("a", "1"), ("b", "2"), ("a", "3")]);
    assert!(fields.remove(b"a"));
    assert!(!fields.remove(b"a"));
    assert_eq!(fields, map(&[("b", "2")]));
}

#[test]
fn every_change_is_noticed_and_reading_is_none() {
    let edits: [fn(&mut HeaderMap); 5] = [
        |map| map.add(b"c", b"3").unwrap(),
        |map| map.set(b"a", b"2").unwrap(),
        |map| assert!(map.remove(b"b")),
        HeaderMap::clear,
        |map| map.copy_from(&HeaderMap::new()),
    ];
    for edit in edits {
        let mut fields = map(&[("a", "1"), ("b", "2")]);
        fields.mark();
        assert!(fields.get(b"a").is_some() && !fields.remove(b"x") && !fields.is_edited());
        edit(&mut fields);
        assert!(fields.is_edited());
    }
}

#[test]
fn the_arena_stays_small_under_endless_edits() {
    let mut fields = map(&[("a", "1")]);
    for round in 0..100_000_u32 {
        fields
            .set(b"a", &vec![b'x'; (round % 300) as usize])
            .unwrap();
    }
    assert!(fields.text.len() < 64 * 1024, "{}", fields.text.len());
}

#[test]
fn the_limits_hold() {
    let mut fields = HeaderMap::new();
    assert!(fields.add(b"a", &vec![b'x'; HeaderMap::MAX_BYTES]).is_err());
    for _ in 0..HeaderMap::MAX_FIELDS {
        fields.add(b"a", b"").unwrap();
    }
    assert_eq!(fields.add(b"a", b""), Err(Status::BadArgument));
}
