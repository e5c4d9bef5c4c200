//! Guests that lie to the host.

use host_core::abi::{Errno, NnErrno, Status};

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::guests::{Family, HostileCall, hostile_calls, hostile_guest};
use crate::item::{Check, Checked, Item, Needs};
use crate::stage::{PSEUDO, Setup, Stage, fields, wanted};
use crate::subject::Limits;

/// An item for each host function, and those that need more than bad addresses.
pub(super) fn items() -> Vec<Item> {
    let each = hostile_calls().iter().map(|call| {
        let what = match call.takes_addresses() {
            true => "bad addresses and lengths",
            false => "senseless numbers",
        };
        Item::each(
            Needs::Sandbox,
            format!("hostile/{}", call.full_name()),
            format!("{} refuses {what} and harms nothing", call.full_name()),
            Check::HostCall(bad_arguments, call.name),
        )
    });
    each.chain(COMMON.iter().cloned()).collect()
}

const COMMON: &[Item] = &[
    Item::any(
        "hostile-maps/malformed",
        "a malformed map is PARSE_FAILURE and changes nothing",
        malformed_maps,
    ),
    Item::any(
        "hostile-maps/huge",
        "a map beyond the limits is refused whole",
        huge_maps,
    ),
    Item::any(
        "hostile-maps/full",
        "a map stops growing at its limit",
        full_map,
    ),
    Item::any(
        "hostile-maps/injection",
        "names and values that HTTP forbids are refused everywhere",
        injection,
    ),
    Item::any(
        "hostile-maps/long-value",
        "a value beyond the limit is refused",
        long_value,
    ),
    Item::any(
        "hostile-numbers/kinds",
        "unknown kinds of maps, buffers, streams, metrics and levels are BAD_ARGUMENT",
        kinds,
    ),
    Item::any(
        "hostile-floods/callouts",
        "a flood of callouts is bounded",
        callout_flood,
    ),
    Item::any(
        "hostile-floods/properties",
        "a flood of properties is bounded",
        property_flood,
    ),
    Item::any(
        "hostile-floods/logs",
        "a flood of log lines harms nothing",
        log_flood,
    ),
    Item::any(
        "hostile-floods/local-response",
        "a large local response arrives whole",
        large_local_response,
    ),
];

fn bad_arguments(subject: &Subject, name: &'static str) -> Checked {
    let calls = hostile_calls();
    let Some((index, call)) = calls.iter().enumerate().find(|(_, call)| call.name == name) else {
        return Err("no such host function".into());
    };
    let guest = subject.named(Limits::None, "hostile", hostile_guest)?;
    let mut setup = Setup::new("configuration");
    setup.vm.vm_id = crate::guests::WORD.to_owned();
    setup.vm.environment = vec![("NAME".to_owned(), "value".to_owned())];
    let mut stage = setup.start_guest(&guest)?;
    // A stream whose headers and body are held, so that as much as possible can be asked.
    let id = stage.request(&[(crate::guests::WORD, "value")], false)?.0;
    stage
        .vm
        .on_request_body(id, b"the body of the request", false)?;
    stage.forget();
    stage.vm.on_queue_ready(stage.root, index as u32)?;
    let Some(statuses) = stage.hear().pop() else {
        return Err("the guest logged nothing".into());
    };
    let statuses: Vec<u32> = statuses
        .chars()
        .map(|status| u32::from(status) - 32)
        .collect();
    equal("calls", statuses.len(), call.cases.len() + 1)?;
    judge(call, &statuses)?;
    ensure!(stage.vm.ended().is_none(), "the VM has ended");
    if !matches!(
        name,
        "proxy_close_stream" | "proxy_set_header_map_pairs" | "proxy_send_local_response"
    ) {
        let headers = fields(&stage.stream(id)?.request.headers);
        let original = [&PSEUDO[..], &[(crate::guests::WORD, "value")]].concat();
        let same = headers.starts_with(&wanted(&original[..4]));
        ensure!(same, "the request's headers have changed: {headers:?}");
    }
    Ok(())
}

/// Every bad call must fail, and as a bad address where the good one succeeds.
fn judge(call: &HostileCall, statuses: &[u32]) -> Checked {
    let Some((good, bad)) = statuses.split_last() else {
        return Ok(());
    };
    if !call.takes_addresses() || call.name == "args_get" {
        // Nothing to get wrong, or nothing to write: having come back is all.
        return Ok(());
    }
    ensure!(
        *good == 0 || call.family == Family::Wasi,
        "{} with nothing wrong answered {good}, so that nothing was tested",
        call.name
    );
    for (case, status) in call.cases.iter().zip(bad) {
        ensure!(*status != 0, "{}({case}) succeeded", call.name);
        let wanted: &[u32] = match (call.family, good) {
            (Family::Proxy, _) => &[Status::InvalidMemoryAccess as u32],
            (Family::Nn, _) => &[NnErrno::InvalidArgument as u32, NnErrno::TooLarge as u32],
            (Family::Wasi, 0) => &[Errno::Fault as u32, Errno::Inval as u32],
            // A function that this host lacks need not look at its arguments.
            (Family::Wasi, _) => continue,
        };
        ensure!(
            wanted.contains(status),
            "{}({case}) answered {status}, expected one of {wanted:?}",
            call.name
        );
    }
    Ok(())
}

fn malformed_maps(subject: &Subject) -> Checked {
    let maps = [
        // A count and nothing else; one far too large; sizes beyond the end.
        r#""\x01\0\0\0""#,
        r#""\xff\xff\xff\xff""#,
        r#""\xff\xff\xff\x1f\0\0\0\0\0\0\0\0""#,
        r#""\x01\0\0\0\xff\xff\xff\xff\x01\0\0\0a\0b\0""#,
        r#""\x01\0\0\0\x01\0\0\0\x02\0\0\0a\0b\0""#,
        // No terminators; bytes left over; less than a count.
        r#""\x01\0\0\0\x01\0\0\0\x01\0\0\0a!b\0""#,
        r#""\x01\0\0\0\x01\0\0\0\x01\0\0\0a\0b!""#,
        r#""\x01\0\0\0\x01\0\0\0\x01\0\0\0a\0b\0c""#,
        r#""\x01\0""#,
    ];
    let script: String = maps
        .iter()
        .map(|map| format!("set_header_map_pairs 0 {map}\n"))
        .collect();
    let mut stage = Stage::new(subject, &format!("on request_headers\n{script}"))?;
    let id = stage.get(&[("a", "1")])?;
    stage.said(&vec!["set_header_map_pairs 4"; maps.len()])?;
    let all = [&PSEUDO[..], &[("a", "1")]].concat();
    equal(
        "request headers",
        fields(&stage.stream(id)?.request.headers),
        wanted(&all),
    )
}

fn huge_maps(subject: &Subject) -> Checked {
    let many = |count: usize| "\"a\" \"\" ".repeat(count);
    let script = format!(
        "on request_headers
         set_header_map_pairs 0 {{ {} }}
         set_header_map_pairs 0 {{ {} }}",
        many(1_025),
        many(1_024)
    );
    let mut stage = Stage::new(subject, &script)?;
    let id = stage.get(&[])?;
    let said = stage.hear();
    let [.., first, second] = &said[..] else {
        return Err("the puppet said nothing".into());
    };
    ensure!(
        first != "set_header_map_pairs 0",
        "1,025 fields were accepted"
    );
    equal("1,024 fields", second.as_str(), "set_header_map_pairs 0")?;
    equal("fields", stage.stream(id)?.request.headers.len(), 1_024)
}

fn full_map(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\nrepeat 2000 add_header_map_value 0 \"a\" \"b\"",
    )?;
    let id = stage.get(&[])?;
    stage.said(&["add_header_map_value 2 ok=1020"])?;
    equal("fields", stage.stream(id)?.request.headers.len(), 1_024)
}

fn injection(subject: &Subject) -> Checked {
    const BAD: [(&str, &str); 8] = [
        ("x", "a\\r\\nx-evil: 1"),
        ("x", "a\\nb"),
        ("x", "a\\rb"),
        ("x", "a\\0b"),
        ("x\\r\\nx-evil", "1"),
        ("x evil", "1"),
        ("x:", "1"),
        ("", "1"),
    ];
    let mut script = "on request_headers\n".to_owned();
    for (name, value) in BAD {
        for call in ["add_header_map_value", "replace_header_map_value"] {
            script.push_str(&format!("{call} 0 \"{name}\" \"{value}\"\n"));
        }
        script.push_str(&format!(
            "set_header_map_pairs 0 {{ \"ok\" \"1\" \"{name}\" \"{value}\" }}\n"
        ));
        script.push_str(&format!(
            "send_local_response 200 \"\" \"\" {{ \"{name}\" \"{value}\" }} -1\n"
        ));
        script.push_str(&format!(
            "http_call \"auth\" {{ \":method\" \"GET\" \":path\" \"/\" \":authority\" \"a\" \"{name}\" \"{value}\" }} \"\" {{ }} 1 out\n"
        ));
    }
    let mut stage = Stage::new(subject, &script)?;
    let id = stage.get(&[("x", "1")])?;
    let said = stage.hear();
    let said: Vec<&String> = said.iter().filter(|line| !line.starts_with("> ")).collect();
    equal("calls", said.len(), BAD.len() * 5)?;
    for (line, (name, value)) in said.iter().zip(BAD.iter().flat_map(|bad| [bad; 5])) {
        ensure!(
            line.ends_with(" 2"),
            "{name:?}: {value:?} was taken: {line}"
        );
    }
    let stream = stage.stream(id)?;
    ensure!(stream.local_response.is_none(), "a local response was sent");
    let all = [&PSEUDO[..], &[("x", "1")]].concat();
    equal(
        "request headers",
        fields(&stage.stream(id)?.request.headers),
        wanted(&all),
    )
}

fn long_value(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers
         add_header_map_value 0 \"x\" big 2000000
         replace_header_map_value 0 \"x\" big 2000000
         add_header_map_value 0 big 2000000 \"x\"
         add_header_map_value 0 \"x\" big 100000",
    )?;
    let id = stage.get(&[])?;
    stage.said(&[
        "add_header_map_value 2",
        "replace_header_map_value 2",
        "add_header_map_value 2",
        "add_header_map_value 0",
    ])?;
    equal(
        "fields",
        stage.stream(id)?.request.headers.len(),
        PSEUDO.len() + 1,
    )
}

fn kinds(subject: &Subject) -> Checked {
    for number in ["9", "99", "0x7fffffff", "0x80000000", "0xffffffff"] {
        let mut stage = Stage::new(
            subject,
            &format!(
                "on request_headers
                 get_header_map_value {number} \"a\" data
                 get_header_map_pairs {number} data
                 get_header_map_size {number} size
                 set_header_map_pairs {number} {{ }}
                 add_header_map_value {number} \"a\" \"b\"
                 replace_header_map_value {number} \"a\" \"b\"
                 remove_header_map_value {number} \"a\"
                 get_buffer_bytes {number} 0 1 data
                 set_buffer_bytes {number} 0 0 \"x\"
                 get_buffer_status {number} size out
                 continue_stream {number}
                 close_stream {number}
                 define_metric {number} \"m\" out
                 log {number} \"x\"
                 set_effective_context {number}"
            ),
        )?;
        stage.get(&[])?;
        let said = stage.hear();
        let said: Vec<&String> = said.iter().filter(|line| !line.starts_with("> ")).collect();
        equal("calls", said.len(), 15)?;
        for line in said {
            ensure!(line.ends_with(" 2"), "number {number}: {line}");
        }
    }
    Ok(())
}

fn callout_flood(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         repeat 6000 http_call \"silent\" { \":method\" \"GET\" \":path\" \"/\" \":authority\" \"a\" } \"\" { } 1000 out",
    )?;
    stage.vm.on_tick(stage.root)?;
    let running = stage.vm.running_callouts();
    ensure!(running < 6_000, "{running} callouts run at once");
    stage.said(&[&format!("http_call 10 ok={running}")])
}

fn property_flood(subject: &Subject) -> Checked {
    let script: String = (0..1_000)
        .map(|number| format!("quiet set_property \"p{number}\" \"v\"\n"))
        .collect();
    let mut stage = Stage::new(
        subject,
        &format!("on request_headers\n{script}set_property \"last\" \"v\""),
    )?;
    let id = stage.get(&[])?;
    stage.said(&["set_property 2"])?;
    let kept = stage.stream(id)?.properties.len();
    ensure!(kept < 1_000, "{kept} properties were kept");
    Ok(())
}

fn log_flood(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on tick\nrepeat 5000 log 2 \"again\"")?;
    stage.vm.on_tick(stage.root)?;
    let heard = stage.hear();
    equal(
        "last line",
        heard.last().map(String::as_str),
        Some("log 0 ok=5000"),
    )?;
    stage.alive()
}

fn large_local_response(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\nsend_local_response 503 \"\" big 3000000 { } -1\nreturn 1",
    )?;
    let id = stage.get(&[])?;
    let length = stage
        .stream(id)?
        .local_response
        .as_ref()
        .map(|local| local.body.len());
    equal("body", length, Some(3_000_000))
}
