//! Header maps and trailers.

use crate::Subject;
use crate::expect::equal;
use crate::item::{Checked, Item};
use crate::stage::{PSEUDO, Stage, fields, wanted};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "headers/get-joins-values",
        "several values of one name are read joined by a comma and a space",
        get_joins_values,
    ),
    Item::any(
        "headers/get-ignores-case",
        "names are found whatever their case",
        get_ignores_case,
    ),
    Item::any(
        "headers/get-missing",
        "a header that is not there is NOT_FOUND",
        get_missing,
    ),
    Item::any("headers/get-empty", "an empty value is a value", get_empty),
    Item::any("headers/add", "add keeps the values that are there", add),
    Item::any(
        "headers/replace",
        "replace leaves one value and creates what is missing",
        replace,
    ),
    Item::any(
        "headers/remove",
        "remove takes every value, and a missing header is fine",
        remove,
    ),
    Item::any(
        "headers/pairs",
        "all pairs come in order, names in lower case",
        pairs,
    ),
    Item::any(
        "headers/set-pairs",
        "setting all pairs replaces the map",
        set_pairs,
    ),
    Item::any(
        "headers/size",
        "the size is that of the serialised map",
        size,
    ),
    Item::any(
        "headers/pseudo",
        "pseudo-headers are read and changed like headers",
        pseudo,
    ),
    Item::any(
        "headers/response",
        "response headers and :status are read and changed",
        response,
    ),
    Item::any(
        "headers/counts",
        "callbacks are told the number of headers and whether a body follows",
        counts,
    ),
    Item::any(
        "headers/binary-value",
        "bytes above 127 pass unchanged",
        binary_value,
    ),
];

fn get_joins_values(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\nget_header_map_value 0 \"x-many\" data",
    )?;
    stage.get(&[
        ("x-many", "a"),
        ("other", "x"),
        ("X-Many", "b c"),
        ("x-many", ""),
    ])?;
    stage.said(&["get_header_map_value 0 a, b c, "])
}

fn get_ignores_case(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_header_map_value 0 \"X-ONE\" data
         get_header_map_value 0 \":AUTHORITY\" data",
    )?;
    stage.get(&[("X-One", "1")])?;
    stage.said(&[
        "get_header_map_value 0 1",
        "get_header_map_value 0 shop.example",
    ])
}

fn get_missing(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_header_map_value 0 \"x\" data
         get_header_map_value 0 \"\" data",
    )?;
    stage.get(&[("x-one", "1")])?;
    stage.said(&["get_header_map_value 1", "get_header_map_value 1"])
}

fn get_empty(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\nget_header_map_value 0 \"x\" data",
    )?;
    stage.get(&[("x", "")])?;
    stage.said(&["get_header_map_value 0 "])
}

fn add(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         add_header_map_value 0 \"X-A\" \"2\"
         add_header_map_value 0 \"x-new\" \"n\"
         get_header_map_value 0 \"x-a\" data",
    )?;
    let id = stage.get(&[("x-a", "1")])?;
    stage.said(&[
        "add_header_map_value 0",
        "add_header_map_value 0",
        "get_header_map_value 0 1, 2",
    ])?;
    let all = [&PSEUDO[..], &[("x-a", "1"), ("x-a", "2"), ("x-new", "n")]].concat();
    equal(
        "request headers",
        fields(&stage.stream(id)?.request.headers),
        wanted(&all),
    )
}

fn replace(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         replace_header_map_value 0 \"X-A\" \"only\"
         replace_header_map_value 0 \"x-new\" \"n\"
         replace_header_map_value 0 \"x-b\" \"\"",
    )?;
    let id = stage.get(&[("x-a", "1"), ("x-b", "b"), ("x-a", "2")])?;
    stage.said(&["replace_header_map_value 0"; 3])?;
    let headers = &stage.stream(id)?.request.headers;
    let all = [&PSEUDO[..], &[("x-a", "only"), ("x-b", ""), ("x-new", "n")]].concat();
    equal("request headers", fields(headers), wanted(&all))
}

fn remove(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         remove_header_map_value 0 \"X-a\"
         remove_header_map_value 0 \"x-a\"
         get_header_map_value 0 \"x-a\" data",
    )?;
    let id = stage.get(&[("x-a", "1"), ("x-b", "b"), ("x-a", "2")])?;
    stage.said(&[
        "remove_header_map_value 0",
        "remove_header_map_value 0",
        "get_header_map_value 1",
    ])?;
    let all = [&PSEUDO[..], &[("x-b", "b")]].concat();
    equal(
        "request headers",
        fields(&stage.stream(id)?.request.headers),
        wanted(&all),
    )
}

fn pairs(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on request_headers\nget_header_map_pairs 0 pairs")?;
    stage.get(&[("B", "1"), ("a", ""), ("b", "2")])?;
    stage.said(&[
        "get_header_map_pairs 0 :method=GET;:scheme=https;:authority=shop.example;:path=/a?b=1;b=1;a=;b=2",
    ])
}

fn set_pairs(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         set_header_map_pairs 0 { \":path\" \"/new\" \"X-A\" \"1\" \"x-a\" \"\" }
         get_header_map_pairs 0 pairs
         set_header_map_pairs 0 { }
         get_header_map_pairs 0 pairs
         get_header_map_size 0 size",
    )?;
    let id = stage.get(&[("gone", "1")])?;
    stage.said(&[
        "set_header_map_pairs 0",
        "get_header_map_pairs 0 :path=/new;x-a=1;x-a=",
        "set_header_map_pairs 0",
        "get_header_map_pairs 0 ",
        "get_header_map_size 0 0",
    ])?;
    equal("fields left", stage.stream(id)?.request.headers.len(), 0)
}

fn size(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on response_headers\nget_header_map_size 2 size")?;
    let id = stage.get(&[])?;
    stage.response(id, &[("a", "1")], true)?;
    // Count, two pairs of sizes, and four texts with their terminators.
    let size = 4 + 2 * 8 + (":status".len() + 1 + "200".len() + 1) + (1 + 1 + 1 + 1);
    stage.said(&[&format!("get_header_map_size 0 {size}")])
}

fn pseudo(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_header_map_value 0 \":method\" data
         get_header_map_value 0 \":scheme\" data
         get_header_map_value 0 \":authority\" data
         get_header_map_value 0 \":path\" data
         replace_header_map_value 0 \":path\" \"/other\"
         replace_header_map_value 0 \":authority\" \"b.example\"",
    )?;
    let id = stage.get(&[])?;
    stage.said(&[
        "get_header_map_value 0 GET",
        "get_header_map_value 0 https",
        "get_header_map_value 0 shop.example",
        "get_header_map_value 0 /a?b=1",
        "replace_header_map_value 0",
        "replace_header_map_value 0",
    ])?;
    let headers = &stage.stream(id)?.request.headers;
    equal(":path", headers.get(b":path"), Some(&b"/other"[..]))?;
    equal(
        ":authority",
        headers.get(b":authority"),
        Some(&b"b.example"[..]),
    )
}

fn response(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on response_headers
         get_header_map_value 2 \":status\" data
         replace_header_map_value 2 \":status\" \"404\"
         add_header_map_value 2 \"x\" \"1\"
         get_header_map_value 0 \":path\" data",
    )?;
    let id = stage.get(&[])?;
    stage.forget();
    stage.response(id, &[("a", "1")], true)?;
    stage.said(&[
        "get_header_map_value 0 200",
        "replace_header_map_value 0",
        "add_header_map_value 0",
        "get_header_map_value 0 /a?b=1",
    ])?;
    let headers = &stage.stream(id)?.response.headers;
    equal(
        "response headers",
        fields(headers),
        wanted(&[(":status", "404"), ("a", "1"), ("x", "1")]),
    )
}

fn counts(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "")?;
    stage.forget();
    let id = stage.request(&[("a", "1"), ("a", "2")], false)?.0;
    stage.response(id, &[], true)?;
    stage.called(&[
        "context_create 2 1",
        "request_headers 2 6 0",
        "response_headers 2 1 1",
    ])
}

fn binary_value(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         add_header_map_value 0 \"x\" \"\\xff\\x80\\t\"
         get_header_map_value 0 \"x\" data",
    )?;
    let id = stage.get(&[])?;
    stage.said(&[
        "add_header_map_value 0",
        "get_header_map_value 0 \\xff\\x80\\x09",
    ])?;
    equal(
        "x",
        stage.stream(id)?.request.headers.get(b"x"),
        Some(&b"\xff\x80\t"[..]),
    )
}
