//! The life of VMs, plugins and streams.

use host_core::{PluginSettings, StartError, VmSettings};

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Fault, Item};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "lifecycle/order",
        "callbacks come in the order of the specification",
        order,
    ),
    Item::any(
        "lifecycle/configuration",
        "the VM's and the plugin's configuration are readable in their callbacks",
        configuration,
    ),
    Item::any(
        "lifecycle/empty-configuration",
        "empty configurations are fine",
        empty_configuration,
    ),
    Item::any(
        "lifecycle/configuration-size",
        "a configuration of 300 kB arrives whole",
        large_configuration,
    ),
    Item::any(
        "lifecycle/vm-start-refused",
        "a false proxy_on_vm_start refuses the VM",
        vm_start_refused,
    ),
    Item::any(
        "lifecycle/configure-refused",
        "a false proxy_on_configure refuses the plugin",
        configure_refused,
    ),
    Item::any(
        "lifecycle/done-delayed",
        "a false proxy_on_done waits for proxy_done",
        done_delayed,
    ),
    Item::any(
        "lifecycle/done-at-once",
        "proxy_done inside proxy_on_done ends the stream once",
        done_at_once,
    ),
    Item::any(
        "lifecycle/done-unasked",
        "proxy_done without a waiting context is NOT_FOUND",
        done_unasked,
    ),
    Item::any(
        "lifecycle/two-roots",
        "two plugins in one VM have a context and a configuration each",
        two_roots,
    ),
    Item::any(
        "lifecycle/ids",
        "contexts have ids of their own, and a deleted one names nothing",
        ids,
    ),
    Item::any(
        "lifecycle/many-streams",
        "interleaved streams are kept apart",
        many_streams,
    ),
    Item::any(
        "lifecycle/independent-vms",
        "two VMs of one module share nothing",
        independent_vms,
    ),
];

fn order(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "")?;
    let id = stage.request(&[], false)?.0;
    stage.vm.on_request_body(id, b"body", false)?;
    stage.stream(id)?.request.trailers = [("t", "1")].into_iter().collect();
    stage.vm.on_request_trailers(id)?;
    stage.response(id, &[], false)?;
    stage.vm.on_response_body(id, b"body", false)?;
    stage.stream(id)?.response.trailers = [("t", "1"), ("u", "2")].into_iter().collect();
    stage.vm.on_response_trailers(id)?;
    stage.finish(id)?;
    stage.called(&[
        "context_create 1 0",
        "vm_start 1 0",
        "configure 1 0",
        "context_create 2 1",
        "request_headers 2 4 0",
        "request_body 2 4 0",
        "request_trailers 2 1",
        "response_headers 2 1 0",
        "response_body 2 4 0",
        "response_trailers 2 2",
        "done 2",
        "log 2",
        "delete 2",
    ])
}

fn configuration(subject: &Subject) -> Checked {
    let script = "on configure\nget_buffer_bytes 7 0 12 data\nget_buffer_bytes 6 0 10 data\nget_buffer_status 7 size out";
    let mut setup = Setup::new(script);
    setup.vm.configuration =
        b"on vm_start\nget_buffer_bytes 6 3 8 data\nget_buffer_bytes 7 0 10 data".to_vec();
    let mut stage = setup.start(subject)?;
    stage.said(&[
        "get_buffer_bytes 0 vm_start",
        "get_buffer_bytes 1",
        "get_buffer_bytes 0 on configure",
        "get_buffer_bytes 1",
        &format!("get_buffer_status 0 {} 0", script.len()),
    ])
}

fn empty_configuration(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "")?;
    stage.called(&["context_create 1 0", "vm_start 1 0", "configure 1 0"])?;
    stage.alive()
}

fn large_configuration(subject: &Subject) -> Checked {
    let mut script = "# ".to_owned() + &"x".repeat(300_000);
    script.push_str("\non configure\nget_buffer_bytes 7 299990 20 data");
    let mut stage = Stage::new(subject, &script)?;
    stage.said(&["get_buffer_bytes 0 xxxxxxxxxxxx\\x0aon conf"])
}

fn refused_at(result: Result<Stage, StartError>, export: &str) -> Checked {
    match result {
        Err(StartError::Refused { stage }) => equal("refusing callback", stage, export),
        Err(error) => Err(Fault::Failed(format!(
            "refused for another reason: {error}"
        ))),
        Ok(_) => Err("the plugin was started".into()),
    }
}

fn vm_start_refused(subject: &Subject) -> Checked {
    let mut setup = Setup::new("");
    setup.vm.configuration = b"on vm_start\nreturn 0".to_vec();
    let services = setup.services.clone();
    refused_at(
        setup.try_start_guest(&subject.puppet(Limits::None)?),
        "proxy_on_vm_start",
    )?;
    let log = services.take_logs();
    ensure!(
        !log.iter()
            .any(|line| line.message.starts_with(b"> configure")),
        "the plugin was configured all the same"
    );
    Ok(())
}

fn configure_refused(subject: &Subject) -> Checked {
    let setup = Setup::new("on configure\nreturn 0");
    refused_at(
        setup.try_start_guest(&subject.puppet(Limits::None)?),
        "proxy_on_configure",
    )
}

fn done_delayed(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on done
         save 1 @0
         return 0
         on tick
         set_effective_context $1
         done
         done",
    )?;
    let id = stage.get(&[])?;
    stage.forget();
    ensure!(
        stage.vm.finish(id)?.is_none(),
        "the stream ended although the guest delayed it"
    );
    ensure!(
        stage.vm.take_finished()?.is_empty(),
        "the stream ended before proxy_done"
    );
    stage.vm.on_tick(stage.root)?;
    let finished: Vec<u32> = stage
        .vm
        .take_finished()?
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    equal("ended streams", finished, [id])?;
    equal(
        "log",
        stage.hear(),
        [
            "> done 2",
            "> tick 1",
            "set_effective_context 0",
            "done 0",
            "done 1",
            "> log 2",
            "> delete 2",
        ],
    )?;
    ensure!(stage.vm.stream(id).is_none(), "the stream is still there");
    Ok(())
}

fn done_at_once(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on done#1\ndone\nreturn 0\non done#2\ndone\nreturn 1",
    )?;
    for _ in 0..2 {
        let id = stage.get(&[])?;
        stage.forget();
        stage.finish(id)?;
        ensure!(
            stage.vm.take_finished()?.is_empty(),
            "the stream ended twice"
        );
        let log = stage.hear();
        let ends = log
            .iter()
            .filter(|line| line.starts_with("> delete"))
            .count();
        equal("deletions", ends, 1)?;
    }
    Ok(())
}

fn done_unasked(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on request_headers\ndone\non tick\ndone")?;
    let id = stage.get(&[])?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["done 1", "done 1"])?;
    ensure!(
        stage.vm.take_finished()?.is_empty(),
        "a living stream ended"
    );
    stage.finish(id)?;
    Ok(())
}

fn two_roots(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers\nadd_header_map_value 0 \"first\" \"1\"\non tick\nidentity",
    )?;
    let second = stage.vm.add_root(PluginSettings {
        name: "other".to_owned(),
        root_id: "second".to_owned(),
        configuration:
            b"on request_headers\nadd_header_map_value 0 \"second\" \"2\"\non tick\nidentity"
                .to_vec(),
    })?;
    stage.called(&[
        "context_create 1 0",
        "vm_start 1 0",
        &format!(
            "configure 1 {}",
            "on request_headers\nadd_header_map_value 0 \"first\" \"1\"\non tick\nidentity".len()
        ),
        "context_create 2 0",
        &format!(
            "configure 2 {}",
            "on request_headers\nadd_header_map_value 0 \"second\" \"2\"\non tick\nidentity".len()
        ),
    ])?;
    for (root, header) in [(stage.root, &b"first"[..]), (second, b"second")] {
        let id = stage
            .vm
            .create_stream(root, Box::default())
            .map_err(|(trap, _)| trap)?;
        stage.vm.on_request_headers(id, true)?;
        let headers = &stage.stream(id)?.request.headers;
        equal("fields added", headers.len(), 1)?;
        ensure!(
            headers.get(header).is_some(),
            "the stream got the other plugin's header"
        );
        stage.finish(id)?;
    }
    stage.forget();
    stage.vm.on_tick(stage.root)?;
    stage.vm.on_tick(second)?;
    stage.said(&[
        "get_property 0 root get_property 0 puppet get_property 0 vm",
        "get_property 0 second get_property 0 other get_property 0 vm",
    ])
}

fn ids(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on request_headers#1
         save 1 @0
         on tick
         set_effective_context $1",
    )?;
    let first = stage.get(&[])?;
    let second = stage.get(&[])?;
    ensure!(
        first != second && first != stage.root,
        "two contexts have one id"
    );
    stage.vm.on_tick(stage.root)?;
    stage.finish(first)?;
    stage.vm.on_tick(stage.root)?;
    let third = stage.get(&[])?;
    ensure!(
        third != first,
        "the id of a deleted context was given out at once"
    );
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "set_effective_context 0",
        "set_effective_context 2",
        "set_effective_context 2",
    ])
}

fn many_streams(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on response_headers
         get_header_map_value 0 \"n\" data
         add_header_map_value 2 \"seen\" \"yes\"",
    )?;
    let mut open = Vec::new();
    for number in 0..20 {
        open.push((number, stage.get(&[("n", &number.to_string())])?));
    }
    for (number, id) in open.iter().rev() {
        stage.forget();
        stage.response(*id, &[], true)?;
        stage.said(&[
            &format!("get_header_map_value 0 {number}"),
            "add_header_map_value 0",
        ])?;
    }
    for (number, id) in open {
        let stream = stage.finish(id)?;
        equal(
            "n",
            stream.request.headers.get(b"n"),
            Some(number.to_string().as_bytes()),
        )?;
        equal(
            "seen",
            stream.response.headers.get(b"seen"),
            Some(&b"yes"[..]),
        )?;
    }
    Ok(())
}

fn independent_vms(subject: &Subject) -> Checked {
    let script = "on request_headers\nsave 1 7\non tick\nset_effective_context $1";
    let mut first = Stage::new(subject, script)?;
    let mut setup = Setup::new(script);
    setup.vm = VmSettings {
        vm_id: "another".to_owned(),
        ..VmSettings::default()
    };
    let mut second = setup.start(subject)?;
    first.get(&[])?;
    second.forget();
    second.vm.on_tick(second.root)?;
    // Register 1 is still 0 here: no such context.
    second.said(&["set_effective_context 2"])?;
    first.alive()?;
    second.alive()
}
