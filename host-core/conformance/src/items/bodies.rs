//! Bodies.

use host_core::abi::Action;

use crate::Subject;
use crate::expect::equal;
use crate::item::{Checked, Fault, Item};
use crate::stage::Stage;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "bodies/read",
        "a body is read whole, in part, and past its end",
        read,
    ),
    Item::any("bodies/prepend", "start 0 and length 0 prepend", prepend),
    Item::any("bodies/append", "a start beyond the end appends", append),
    Item::any(
        "bodies/replace",
        "a whole body is replaced by a longer and a shorter one",
        replace,
    ),
    Item::any("bodies/remove", "a body is removed", remove),
    Item::any("bodies/inside", "a part inside is replaced", inside),
    Item::any(
        "bodies/response",
        "a response's body is edited like a request's",
        response,
    ),
    Item::any(
        "bodies/status",
        "the buffer's status tells its size",
        status,
    ),
    Item::any(
        "bodies/not-now",
        "a body is NOT_FOUND outside its callback, a wild number BAD_ARGUMENT",
        not_now,
    ),
    Item::any(
        "bodies/read-only",
        "configurations and answers cannot be changed",
        read_only,
    ),
];

/// Runs `commands` on the request's body `hello`; answers what is left of it.
fn edited(subject: &Subject, commands: &str, said: &[&str]) -> Checked<String> {
    let mut stage = Stage::new(subject, &format!("on request_body\n{commands}"))?;
    let id = stage.request(&[], false)?.0;
    let action = stage.vm.on_request_body(id, b"hello", true)?;
    stage.said(said)?;
    equal("action", action, Action::Continue)?;
    let body = stage.stream(id)?.request.body.take();
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn read(subject: &Subject) -> Checked {
    let said = [
        "get_buffer_bytes 0 hello",
        "get_buffer_bytes 0 hello",
        "get_buffer_bytes 0 el",
        "get_buffer_bytes 0 lo",
        "get_buffer_bytes 0 ",
        "get_buffer_bytes 0 ",
    ];
    let body = edited(
        subject,
        "get_buffer_bytes 0 0 5 data
         get_buffer_bytes 0 0 0x7fffffff data
         get_buffer_bytes 0 1 2 data
         get_buffer_bytes 0 3 100 data
         get_buffer_bytes 0 5 1 data
         get_buffer_bytes 0 2 0 data",
        &said,
    )?;
    equal("body", body, "hello")?;
    edited(
        subject,
        "get_buffer_bytes 0 6 1 data
         get_buffer_bytes 0 0xfffffff0 0xfffffff0 data",
        &["get_buffer_bytes 2", "get_buffer_bytes 2"],
    )?;
    Ok(())
}

fn prepend(subject: &Subject) -> Checked {
    let body = edited(
        subject,
        "set_buffer_bytes 0 0 0 \">> \"",
        &["set_buffer_bytes 0"],
    )?;
    equal("body", body, ">> hello")
}

fn append(subject: &Subject) -> Checked {
    let body = edited(
        subject,
        "set_buffer_bytes 0 0x7fffffff 0 \" a\"
         set_buffer_bytes 0 0xffffffff 0 \" b\"
         set_buffer_bytes 0 9 5 \" c\"",
        &["set_buffer_bytes 0"; 3],
    )?;
    equal("body", body, "hello a b c")
}

fn replace(subject: &Subject) -> Checked {
    let longer = edited(
        subject,
        "set_buffer_bytes 0 0 5 \"good morning\"",
        &["set_buffer_bytes 0"],
    )?;
    equal("longer body", longer, "good morning")?;
    let shorter = edited(
        subject,
        "set_buffer_bytes 0 0 0xffffffff \"hi\"",
        &["set_buffer_bytes 0"],
    )?;
    equal("shorter body", shorter, "hi")
}

fn remove(subject: &Subject) -> Checked {
    let body = edited(
        subject,
        "set_buffer_bytes 0 0 0x7fffffff \"\"
         get_buffer_bytes 0 0 10 data",
        &["set_buffer_bytes 0", "get_buffer_bytes 0 "],
    )?;
    equal("body", body, "")
}

fn inside(subject: &Subject) -> Checked {
    let body = edited(
        subject,
        "set_buffer_bytes 0 1 3 \"ipp\"",
        &["set_buffer_bytes 0"],
    )?;
    equal("body", body, "hippo")
}

fn response(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on response_body
         get_buffer_bytes 1 0 100 data
         get_buffer_bytes 0 0 100 data
         set_buffer_bytes 1 0 100 \"new\"",
    )?;
    let id = stage.get(&[])?;
    stage.response(id, &[], false)?;
    stage.vm.on_response_body(id, b"old", true)?;
    stage.said(&[
        "get_buffer_bytes 0 old",
        "get_buffer_bytes 1",
        "set_buffer_bytes 0",
    ])?;
    equal("body", &stage.stream(id)?.response.body.take()[..], b"new")
}

fn status(subject: &Subject) -> Checked {
    edited(
        subject,
        "get_buffer_status 0 size out",
        &["get_buffer_status 0 5 0"],
    )
    .map(drop)
}

fn not_now(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_buffer_bytes 0 0 10 data
         get_buffer_bytes 1 0 10 data
         get_buffer_bytes 2 0 10 data
         get_buffer_bytes 4 0 10 data
         get_buffer_bytes 5 0 10 data
         get_buffer_bytes 6 0 10 data
         get_buffer_bytes 7 0 10 data
         get_buffer_bytes 8 0 10 data
         get_buffer_status 0 size out
         set_buffer_bytes 0 0 0 \"x\"
         get_buffer_bytes 9 0 10 data
         set_buffer_bytes 0xffffffff 0 0 \"x\"
         get_buffer_status 9 size out",
    )?;
    stage.request(&[], false)?;
    let mut said = vec!["get_buffer_bytes 1"; 8];
    said.extend(["get_buffer_status 1", "set_buffer_bytes 1"]);
    said.extend([
        "get_buffer_bytes 2",
        "set_buffer_bytes 2",
        "get_buffer_status 2",
    ]);
    stage.said(&said)
}

fn read_only(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on foreign_function
         get_buffer_bytes 8 0 @2 data
         set_buffer_bytes 8 0 0 \"x\"
         get_buffer_bytes 8 0 @2 data",
    )?;
    stage.vm.on_foreign_function(stage.root, 5, b"arguments")?;
    let said = stage.hear();
    equal(
        "callback and first read",
        &said[said.len() - 4..][..2],
        ["> foreign_function 1 5 9", "get_buffer_bytes 0 arguments"],
    )?;
    match said[said.len() - 2].as_str() {
        "set_buffer_bytes 1" | "set_buffer_bytes 2" => {}
        other => {
            return Err(Fault::Failed(format!(
                "changing arguments answered {other:?}"
            )));
        }
    }
    equal(
        "second read",
        said[said.len() - 1].as_str(),
        "get_buffer_bytes 0 arguments",
    )
}
