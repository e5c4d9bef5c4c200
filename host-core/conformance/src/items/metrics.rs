//! Metrics.

use crate::Subject;
use crate::expect::equal;
use crate::item::{Checked, Item};
use crate::stage::{Setup, Stage};
use crate::upstream;

pub(super) const ITEMS: &[Item] = &[
    Item::any(
        "metrics/counter",
        "a counter counts, and never backwards",
        counter,
    ),
    Item::any("metrics/gauge", "a gauge is set and moved both ways", gauge),
    Item::any(
        "metrics/histogram",
        "a histogram takes values and no steps",
        histogram,
    ),
    Item::any(
        "metrics/define-twice",
        "one name and kind is one metric, another kind is BAD_ARGUMENT",
        define_twice,
    ),
    Item::any(
        "metrics/unknown",
        "an unknown id is NOT_FOUND, an unknown kind BAD_ARGUMENT",
        unknown,
    ),
    Item::any("metrics/wide-values", "values have 64 bits", wide_values),
    Item::any(
        "metrics/across-vms",
        "VMs of one proxy share a metric",
        across_vms,
    ),
];

fn counter(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet define_metric 0 \"requests\" out1
         get_metric $1 out64
         increment_metric $1 1
         increment_metric $1 41
         increment_metric $1 0
         get_metric $1 out64
         increment_metric $1 -1
         get_metric $1 out64",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "get_metric 0 0",
        "increment_metric 0",
        "increment_metric 0",
        "increment_metric 0",
        "get_metric 0 42",
        "increment_metric 2",
        "get_metric 0 42",
    ])
}

fn gauge(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet define_metric 1 \"open\" out1
         record_metric $1 100
         increment_metric $1 5
         increment_metric $1 -25
         get_metric $1 out64
         record_metric $1 7
         get_metric $1 out64",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "record_metric 0",
        "increment_metric 0",
        "increment_metric 0",
        "get_metric 0 80",
        "record_metric 0",
        "get_metric 0 7",
    ])
}

fn histogram(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet define_metric 2 \"latency\" out1
         record_metric $1 0
         record_metric $1 1000
         record_metric $1 -1
         increment_metric $1 1",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "record_metric 0",
        "record_metric 0",
        "record_metric 0",
        "increment_metric 2",
    ])
}

fn define_twice(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet define_metric 0 \"m\" out1
         quiet define_metric 0 \"m\" out2
         quiet define_metric 0 \"other\" out3
         increment_metric $1 1
         get_metric $2 out64
         get_metric $3 out64
         define_metric 1 \"m\" out",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "increment_metric 0",
        "get_metric 0 1",
        "get_metric 0 0",
        "define_metric 2",
    ])
}

fn unknown(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         record_metric 12345 1
         increment_metric 0xffffffff 1
         get_metric 12345 out64
         define_metric 3 \"m\" out",
    )?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&[
        "record_metric 1",
        "increment_metric 1",
        "get_metric 1",
        "define_metric 2",
    ])
}

fn wide_values(subject: &Subject) -> Checked {
    let mut stage = Stage::new(
        subject,
        "on tick
         quiet define_metric 1 \"g\" out1
         record_metric $1 0x0123456789abcdef
         get_metric $1 out64
         increment_metric $1 0x1000000000
         get_metric $1 out64",
    )?;
    stage.vm.on_tick(stage.root)?;
    let value = 0x0123_4567_89ab_cdef_u64;
    stage.said(&[
        "record_metric 0",
        &format!("get_metric 0 {value}"),
        "increment_metric 0",
        &format!("get_metric 0 {}", value + 0x10_0000_0000),
    ])
}

fn across_vms(subject: &Subject) -> Checked {
    let services = upstream::services();
    let script = "on tick\nquiet define_metric 0 \"shared\" out1\nincrement_metric $1 1\nget_metric $1 out64";
    let mut first = Setup::new(script).services(&services).start(subject)?;
    let mut second = Setup::new(script).services(&services).start(subject)?;
    first.vm.on_tick(first.root)?;
    second.vm.on_tick(second.root)?;
    let heard: Vec<String> = first
        .hear()
        .into_iter()
        .filter(|line| line.starts_with("get_metric"))
        .collect();
    equal("values", heard, ["get_metric 0 1", "get_metric 0 2"])
}
