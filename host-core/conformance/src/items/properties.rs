//! Properties.

use crate::Subject;
use crate::expect::equal;
use crate::item::{Checked, Item};
use crate::stage::{Setup, Stage};

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "properties/identity",
        "the root context knows itself when it is created, an empty name too",
        identity,
    ),
    Item::any("properties/request", "what the request says", request),
    Item::any(
        "properties/response",
        "what the response says, numbers as 8 bytes",
        response,
    ),
    Item::any(
        "properties/proxy",
        "what the proxy says of the connection",
        proxy,
    ),
    Item::any(
        "properties/missing",
        "a missing property is NOT_FOUND",
        missing,
    ),
    Item::any(
        "properties/set",
        "what was set on a stream is read there, not elsewhere",
        set,
    ),
    Item::any(
        "properties/set-on-root",
        "what was set by a root context is read by its streams",
        set_on_root,
    ),
    Item::any(
        "properties/limits",
        "properties beyond the limits are refused",
        limits,
    ),
];

fn identity(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick\nidentity\non request_headers\nget_property \"plugin_name\" data",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.get(&[])?;
    stage.said(&[
        "get_property 0 root get_property 0 puppet get_property 0 vm",
        "get_property 0 puppet",
    ])?;
    let mut setup = Setup::new("on tick\nidentity");
    setup.root_id.clear();
    setup.vm.vm_id.clear();
    let mut stage = setup.start(subject)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["get_property 0  get_property 0 puppet get_property 0 "])
}

fn request(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_property \"request\\0path\" data
         get_property \"request\\0url_path\" data
         get_property \"request\\0query\" data
         get_property \"request\\0host\" data
         get_property \"request\\0method\" data
         get_property \"request\\0scheme\" data
         get_property \"request\\0useragent\" data
         get_property \"request\\0headers\\0X-One\" data
         get_property \"request\\0headers\\0none\" data",
    )?;
    stage.get(&[("user-agent", "puppet/1"), ("x-one", "1")])?;
    stage.said(&[
        "get_property 0 /a?b=1",
        "get_property 0 /a",
        "get_property 0 b=1",
        "get_property 0 shop.example",
        "get_property 0 GET",
        "get_property 0 https",
        "get_property 0 puppet/1",
        "get_property 0 1",
        "get_property 1",
    ])
}

fn response(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_property \"response\\0code\" data
         on response_headers
         get_property \"response\\0code\" data
         get_property \"response\\0headers\\0server\" data
         get_property \"request\\0method\" data",
    )?;
    let id = stage.get(&[])?;
    stage.response(id, &[("server", "x")], true)?;
    stage.said(&[
        "get_property 1",
        "get_property 0 \\xc8\\x00\\x00\\x00\\x00\\x00\\x00\\x00",
        "get_property 0 x",
        "get_property 0 GET",
    ])
}

fn proxy(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_property \"source\\0address\" data
         get_property \"destination\\0port\" data",
    )?;
    stage.get(&[])?;
    stage.said(&[
        "get_property 0 10.0.0.1:5000",
        "get_property 0 \\xbb\\x01\\x00\\x00\\x00\\x00\\x00\\x00",
    ])
}

fn missing(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         get_property \"no\\0such\\0thing\" data
         get_property \"\" data
         on tick
         get_property \"request\\0path\" data",
    )?;
    stage.get(&[])?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["get_property 1", "get_property 1", "get_property 1"])
}

fn set(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers#1
         set_property \"my\\0tag\" \"v1\"
         set_property \"my\\0tag\" \"v\\0\\xff2\"
         set_property \"empty\" \"\"
         on request_headers#2
         get_property \"my\\0tag\" data
         on response_headers
         get_property \"my\\0tag\" data
         get_property \"empty\" data",
    )?;
    let first = stage.get(&[])?;
    stage.get(&[])?;
    stage.response(first, &[], true)?;
    stage.said(&[
        "set_property 0",
        "set_property 0",
        "set_property 0",
        "get_property 1",
        "get_property 0 v\\x00\\xff2",
        "get_property 0 ",
    ])?;
    let stream = stage.stream(first)?;
    let seen = stream
        .properties
        .iter()
        .any(|(path, value)| path == b"my\0tag" && value == b"v\0\xff2");
    equal("the proxy sees the property", seen, true)
}

fn set_on_root(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on configure
         set_property \"mode\" \"strict\"
         on request_headers
         get_property \"mode\" data",
    )?;
    stage.get(&[])?;
    stage.said(&["set_property 0", "get_property 0 strict"])
}

fn limits(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         set_property \"\" \"v\"
         set_property big 100000 \"v\"
         set_property \"k\" big 1000000",
    )?;
    stage.get(&[])?;
    stage.said(&["set_property 2"; 3])
}
