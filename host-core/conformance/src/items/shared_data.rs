//! Data that VMs share.

use host_core::services::Services as _;

use crate::Subject;
use crate::expect::{ensure, equal};
use crate::item::{Checked, Item};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;
use crate::upstream;

pub(super) const ITEMS: &[Item] = &[
    Item::any("shared-data/missing", "a missing key is NOT_FOUND", missing),
    Item::any(
        "shared-data/set-get",
        "what was set is read, empty values and any bytes too",
        set_get,
    ),
    Item::any(
        "shared-data/cas",
        "a matching CAS number sets, another one is CAS_MISMATCH",
        cas,
    ),
    Item::any(
        "shared-data/unconditional",
        "CAS number 0 always sets",
        unconditional,
    ),
    Item::any(
        "shared-data/across-vms",
        "VMs with one id share, others do not",
        across_vms,
    ),
    Item::any(
        "shared-data/concurrent",
        "writers on several threads lose no update",
        concurrent,
    ),
    Item::any(
        "shared-data/limits",
        "keys and values beyond the limits are refused",
        limits,
    ),
];

fn missing(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         get_shared_data \"nothing\" data out
         set_shared_data \"nothing\" \"x\" 5",
    )?;
    stage.vm.on_tick(stage.root)?;
    let said = stage.hear();
    equal("get", said[said.len() - 2].as_str(), "get_shared_data 1")?;
    ensure!(
        !said[said.len() - 1].ends_with(" 0"),
        "a CAS number matched a missing key: {}",
        said[said.len() - 1]
    );
    Ok(())
}

fn set_get(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         set_shared_data \"k\" \"v\\0\\xff\" 0
         get_shared_data \"k\" data out
         set_shared_data \"k\" \"\" 0
         get_shared_data \"k\" data out
         set_shared_data \"\" \"empty key\" 0
         get_shared_data \"\" data out",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "set_shared_data 0",
        "get_shared_data 0 v\\x00\\xff 1",
        "set_shared_data 0",
        "get_shared_data 0  2",
        "set_shared_data 0",
        "get_shared_data 0 empty key 1",
    ])
}

fn cas(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet set_shared_data \"k\" \"1\" 0
         get_shared_data \"k\" data out1
         set_shared_data \"k\" \"2\" $1
         set_shared_data \"k\" \"3\" $1
         get_shared_data \"k\" data out1
         set_shared_data \"k\" \"4\" $1
         set_shared_data \"k\" \"5\" 99
         get_shared_data \"k\" data out",
    )?;
    stage.vm.on_tick(stage.root)?;
    let said = stage.hear();
    // The numbers are the host's own affair, as long as each change has another one.
    let statuses: Vec<String> = said[said.len() - 7..]
        .iter()
        .map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" "))
        .collect();
    let values: Vec<&str> = statuses.iter().map(String::as_str).collect();
    equal(
        "log",
        [
            values[0], values[1], values[2], values[3], values[4], values[5],
        ],
        [
            "get_shared_data 0 1",
            "set_shared_data 0",
            "set_shared_data 8",
            "get_shared_data 0 2",
            "set_shared_data 0",
            "set_shared_data 8",
        ],
    )?;
    equal("last value", values[6], "get_shared_data 0 4")
}

fn unconditional(subject: &Subject) -> Checked {
    let mut stage = Stage::new(subject, "on tick\nrepeat 3 set_shared_data \"k\" \"v\" 0")?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["set_shared_data 0 ok=3"])
}

fn across_vms(subject: &Subject) -> Checked {
    let services = upstream::services();
    let start = |id: &str, script: &str| {
        let mut setup = Setup::new(script).services(&services);
        setup.vm.vm_id = id.to_owned();
        setup.start(subject)
    };
    let mut writer = start("a", "on tick\nset_shared_data \"k\" \"v\" 0")?;
    let mut friend = start("a", "on tick\nget_shared_data \"k\" data out")?;
    let mut stranger = start("b", "on tick\nget_shared_data \"k\" data out")?;
    writer.forget();
    writer.vm.on_tick(writer.root)?;
    friend.vm.on_tick(friend.root)?;
    stranger.vm.on_tick(stranger.root)?;
    writer.said(&[
        "set_shared_data 0",
        "get_shared_data 0 v 1",
        "get_shared_data 1",
    ])
}

fn concurrent(subject: &Subject) -> Checked {
    const THREADS: usize = 4;
    const ROUNDS: usize = 50;
    let services = upstream::services();
    let puppet = subject.puppet(Limits::None)?;
    services
        .shared()
        .set(b"vm", b"sum", b"", 0)
        .map_err(|status| format!("{status:?}"))?;
    let script = format!("on tick\nrepeat {ROUNDS} append \"sum\" \"x\"");
    let work = || -> Checked {
        let mut stage = Setup::new(&script)
            .services(&services)
            .start_guest(&puppet)?;
        Ok(stage.vm.on_tick(stage.root)?)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a thread panicked".into()))
        })
    })?;
    let value = services
        .shared()
        .get(b"vm", b"sum")
        .map(|(value, _)| value.len());
    equal("length of the value", value, Some(THREADS * ROUNDS))
}

fn limits(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         set_shared_data big 5000 \"v\" 0
         set_shared_data \"k\" big 1048577 0
         set_shared_data \"k\" big 1048576 0
         get_shared_data big 5000 data out",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "set_shared_data 2",
        "set_shared_data 2",
        "set_shared_data 0",
        "get_shared_data 1",
    ])
}
