//! When headers and trailers can be read and changed.

use crate::Subject;
use crate::expect::equal;
use crate::item::{Checked, Item};
use crate::stage::{Stage, fields, wanted};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "headers/trailers",
        "trailers are read and changed in their callback",
        trailers,
    ),
    Item::any(
        "headers/trailers-added",
        "trailers may be added at the end of a body that has none",
        trailers_added,
    ),
    Item::any(
        "headers/not-yet",
        "headers that have not come are BAD_ARGUMENT",
        not_yet,
    ),
    Item::any(
        "headers/passed",
        "headers that were passed on can be read and not changed",
        passed,
    ),
    Item::any(
        "headers/held",
        "headers can be changed for as long as they are held",
        held,
    ),
    Item::any(
        "headers/in-log",
        "headers are readable in proxy_on_log",
        in_log,
    ),
    Item::any(
        "headers/other-context",
        "a root context has no headers",
        other_context,
    ),
];

fn trailers(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_trailers
         get_header_map_value 1 \"t\" data
         add_header_map_value 1 \"u\" \"2\"
         on response_trailers
         get_header_map_pairs 3 pairs
         remove_header_map_value 3 \"grpc-status\"",
    )?;
    let id = stage.request(&[], false)?.0;
    stage.stream(id)?.request.trailers = [("t", "1")].into_iter().collect();
    stage.vm.on_request_trailers(id)?;
    stage.response(id, &[], false)?;
    stage.stream(id)?.response.trailers = [("grpc-status", "0")].into_iter().collect();
    stage.vm.on_response_trailers(id)?;
    stage.said(&[
        "get_header_map_value 0 1",
        "add_header_map_value 0",
        "get_header_map_pairs 0 grpc-status=0",
        "remove_header_map_value 0",
    ])?;
    equal(
        "request trailers",
        fields(&stage.stream(id)?.request.trailers),
        wanted(&[("t", "1"), ("u", "2")]),
    )?;
    equal(
        "response trailers",
        stage.stream(id)?.response.trailers.len(),
        0,
    )
}

fn trailers_added(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on response_body#1
         add_header_map_value 3 \"early\" \"1\"
         on response_body#2
         add_header_map_value 3 \"x-sum\" \"1\"",
    )?;
    let id = stage.get(&[])?;
    stage.response(id, &[], false)?;
    stage.vm.on_response_body(id, b"a", false)?;
    stage.vm.on_response_body(id, b"b", true)?;
    stage.said(&["add_header_map_value 2", "add_header_map_value 0"])?;
    equal(
        "response trailers",
        fields(&stage.stream(id)?.response.trailers),
        wanted(&[("x-sum", "1")]),
    )
}

fn not_yet(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_header_map_value 2 \":status\" data
         get_header_map_size 2 size
         add_header_map_value 2 \"x\" \"1\"
         get_header_map_value 1 \"t\" data
         add_header_map_value 1 \"t\" \"1\"
         get_header_map_pairs 6 pairs
         get_header_map_pairs 4 pairs
         get_header_map_pairs 8 pairs
         add_header_map_value 99 \"a\" \"b\"",
    )?;
    stage.get(&[])?;
    stage.said(&[
        "get_header_map_value 2",
        "get_header_map_size 2",
        "add_header_map_value 2",
        "get_header_map_value 2",
        "add_header_map_value 2",
        "get_header_map_pairs 2",
        "get_header_map_pairs 2",
        "get_header_map_pairs 2",
        "add_header_map_value 2",
    ])
}

fn passed(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_body
         get_header_map_value 0 \"x\" data
         replace_header_map_value 0 \"x\" \"2\"
         remove_header_map_value 0 \"x\"
         set_header_map_pairs 0 { }
         on response_headers
         get_header_map_value 0 \"x\" data
         add_header_map_value 0 \"x\" \"2\"",
    )?;
    let id = stage.request(&[("x", "1")], false)?.0;
    stage.vm.on_request_body(id, b"body", true)?;
    stage.response(id, &[], true)?;
    stage.said(&[
        "get_header_map_value 0 1",
        "replace_header_map_value 2",
        "remove_header_map_value 2",
        "set_header_map_pairs 2",
        "get_header_map_value 0 1",
        "add_header_map_value 2",
    ])?;
    equal(
        "x",
        stage.stream(id)?.request.headers.get(b"x"),
        Some(&b"1"[..]),
    )
}

fn held(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         return 1
         on request_body
         replace_header_map_value 0 \"x\" \"2\"",
    )?;
    let id = stage.request(&[("x", "1")], false)?.0;
    stage.vm.on_request_body(id, b"body", true)?;
    stage.said(&["replace_header_map_value 0"])?;
    equal(
        "x",
        stage.stream(id)?.request.headers.get(b"x"),
        Some(&b"2"[..]),
    )
}

fn in_log(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on log
         get_header_map_value 0 \":path\" data
         get_header_map_value 2 \":status\" data
         get_header_map_value 3 \"t\" data
         add_header_map_value 2 \"late\" \"1\"",
    )?;
    let id = stage.get(&[])?;
    stage.response(id, &[], false)?;
    stage.stream(id)?.response.trailers = [("t", "1")].into_iter().collect();
    stage.vm.on_response_trailers(id)?;
    stage.finish(id)?;
    stage.said(&[
        "get_header_map_value 0 /a?b=1",
        "get_header_map_value 0 200",
        "get_header_map_value 0 1",
        "add_header_map_value 2",
    ])
}

fn other_context(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         get_header_map_value 0 \":path\" data
         add_header_map_value 0 \"x\" \"1\"",
    )?;
    let id = stage.get(&[])?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["get_header_map_value 2", "add_header_map_value 2"])?;
    equal("x", stage.stream(id)?.request.headers.get(b"x"), None)
}
