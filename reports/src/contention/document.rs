//! A contention campaign as people read it.

use super::{ContentionCurve, ContentionHeadline, ContentionPoint, ContentionSummary, Way};
use crate::charts::{Axis, Chart, Ink, Line, Unit};
use crate::document::{Document, Part, Section};
use crate::statistics::{Estimate, Interval};
use crate::tables::{Entry, Table, Tone};

impl ContentionSummary {
    /// The document.
    pub fn document(&self) -> Document {
        let mut document = Document {
            title: format!("pwbench {}", self.campaign.id),
            subject: "Threads that share a plugin's VMs".to_owned(),
            headline: match &self.headline.advice {
                Some(advice) => format!("{advice} {}", self.headline.text),
                None => self.headline.text.clone(),
            },
            decided: self.headline.decided,
            points: self.points(),
            certainty: self.certainty(),
            cautions: self.cautions(),
            facts: self.facts(),
            footer: format!("pwbench {}", self.campaign.pwbench_version),
            ..Document::default()
        };
        for (number, curves) in self.stages().into_iter().enumerate() {
            document.sections.push(section(number + 1, &curves));
        }
        document.sections.push(self.controls_section());
        document.sections.push(self.method());
        document
    }

    /// What to choose for the other runtimes and workloads.
    fn points(&self) -> Vec<String> {
        let point = |one: &ContentionHeadline| match &one.advice {
            Some(advice) => format!("{} on {}: {advice} {}", one.workload, one.runtime, one.text),
            None => format!("{} on {}: {}", one.workload, one.runtime, one.text),
        };
        self.advice.iter().skip(1).map(point).collect()
    }

    /// The curves of each runtime and workload.
    fn stages(&self) -> Vec<Vec<&ContentionCurve>> {
        let mut stages: Vec<Vec<&ContentionCurve>> = Vec::new();
        for curve in &self.curves {
            let same = |stage: &&mut Vec<&ContentionCurve>| {
                stage.first().is_some_and(|first| {
                    first.workload == curve.workload
                        && first.variant == curve.variant
                        && first.runtime == curve.runtime
                })
            };
            match stages.iter_mut().find(same) {
                Some(stage) => stage.push(curve),
                None => stages.push(vec![curve]),
            }
        }
        stages
    }

    fn certainty(&self) -> String {
        let control = self.controls.first().map_or(String::new(), |row| {
            let ratio = &row.control.ratio;
            format!(
                "; A/A control of the rate {:.3} ({:.3} to {:.3})",
                ratio.estimate, ratio.interval.low, ratio.interval.high
            )
        });
        format!(
            "{:.0} % intervals over {} blocks, paired within blocks{control}.",
            self.policy.level * 100.0,
            self.blocks_measured
        )
    }

    fn cautions(&self) -> Vec<String> {
        let failed = self.failures.iter().map(|failure| {
            format!(
                "{} failed in {} trials ({}): {}",
                failure.cell, failure.trials, failure.kind, failure.reason
            )
        });
        let missing = self.campaign.unavailable.iter().map(|missing| {
            format!(
                "{} took no part: {}; {}",
                missing.runtime, missing.reason, missing.remedy
            )
        });
        self.warnings
            .iter()
            .cloned()
            .chain(failed)
            .chain(missing)
            .collect()
    }

    fn facts(&self) -> Vec<(String, String)> {
        let way = match self.campaign.way {
            Way::InProcess => "threads of one process",
            Way::Proxy => "a proxy with as many workers",
        };
        let fact = |name: &str, value: String| (name.to_owned(), value);
        vec![
            fact("Threads are", way.to_owned()),
            fact("Cores", self.campaign.machine.cores.to_string()),
            fact("Processor", self.campaign.machine.cpu_model.clone()),
            fact("Blocks", self.blocks_measured.to_string()),
            fact("Each trial", format!("{} ms", self.campaign.measured_ms)),
            fact("Seed", self.campaign.seed.to_string()),
        ]
    }

    fn controls_section(&self) -> Section {
        let mut table = Table::new("A/A control")
            .words("Cell")
            .numbers("Rate over rate", "")
            .numbers("Interval", "")
            .words("Trusted");
        for row in &self.controls {
            let ratio = &row.control.ratio;
            table.row(vec![
                row.cell.label().into(),
                format!("{:.3}", ratio.estimate).into(),
                format!("{:.3} to {:.3}", ratio.interval.low, ratio.interval.high).into(),
                match row.control.trusted {
                    true => Entry::toned("yes", Tone::Good),
                    false => Entry::toned("no", Tone::Bad),
                },
            ]);
        }
        Section::new("control", "A/A control").part(Part::table(table).evidence())
    }

    fn method(&self) -> Section {
        let text = [
            "Each trial is a process of its own; each block runs every cell once, in an order \
             drawn at random that every second block reverses. Rates are compared within blocks.",
            "A wait for a lock is timed from the moment at which a VM that threads share was \
             found taken. Its share is that of all threads' time. Free locks cost no clock \
             reading and are not among the waits.",
            "Jain's index is 1 when all threads finished the same number of transactions and 1/n \
             when one of n finished them all.",
        ];
        Section::new("method", "How this was measured")
            .part(Part::prose(text.map(str::to_owned)).evidence())
    }
}

/// A runtime with a workload.
fn section(number: usize, curves: &[&ContentionCurve]) -> Section {
    let Some(first) = curves.first() else {
        return Section::default();
    };
    let title = format!("{} on {}", first.workload, first.runtime);
    let mut section = Section::new(format!("contention-{number}"), title);
    section.details.clone_from(&first.variant);
    section.tags = vec![
        ("Workload".to_owned(), first.workload.clone()),
        ("Runtime".to_owned(), first.runtime.clone()),
    ];
    section
        .part(Part::chart_and_table(scaling(curves), table(curves)))
        .part(Part::chart(waiting(curves)).evidence())
        .part(Part::chart(waits(curves)).evidence())
}

fn threads_axis(curves: &[&ContentionCurve]) -> Axis {
    let mut counts: Vec<u32> = curves
        .iter()
        .flat_map(|curve| &curve.points)
        .map(|point| point.threads)
        .collect();
    counts.sort_unstable();
    counts.dedup();
    let ticks = counts.into_iter();
    Axis::linear("threads", Unit::Count)
        .ticks(ticks.map(|threads| (f64::from(threads), threads.to_string())))
}

fn line(
    number: usize,
    curve: &ContentionCurve,
    value: impl Fn(&ContentionPoint) -> Option<Estimate>,
) -> Line {
    let points = || {
        let all = curve.points.iter();
        all.filter_map(|point| Some((f64::from(point.threads), value(point)?)))
    };
    let band = points().filter_map(|(x, estimate)| {
        let Interval { low, high } = estimate.interval?;
        Some((x, low, high))
    });
    let line = points().map(|(x, estimate)| (x, estimate.value));
    Line::new(&curve.isolation, Ink::series(number), line.collect()).band(band.collect())
}

fn scaling(curves: &[&ContentionCurve]) -> Chart {
    let lines = curves.iter().enumerate();
    let lines = lines.map(|(number, curve)| line(number, curve, |point| Some(point.rate)));
    Chart::lines(
        "Throughput over threads",
        threads_axis(curves),
        Axis::linear("transactions a second", Unit::PerSecond),
        lines.collect(),
    )
    .caption(
        "All threads together, from zero. A line that rises with the threads scales; one that \
         stays or falls pays for what they share. Bands are intervals over blocks.",
    )
}

fn waiting(curves: &[&ContentionCurve]) -> Chart {
    let lines = curves
        .iter()
        .enumerate()
        .filter(|(_, curve)| has_locks(curve));
    let share = |point: &ContentionPoint| Some(point.locks.as_ref()?.share);
    Chart::lines(
        "Time waited for locks",
        threads_axis(curves),
        Axis::linear("share of all threads' time", Unit::Share),
        lines
            .map(|(number, curve)| line(number, curve, share))
            .collect(),
    )
    .caption("Isolations without VMs that threads share wait for none and are not drawn.")
}

fn has_locks(curve: &ContentionCurve) -> bool {
    curve.points.iter().any(|point| point.locks.is_some())
}

/// The distribution of waits at the most threads.
fn waits(curves: &[&ContentionCurve]) -> Chart {
    let mut lines = Vec::new();
    for (number, curve) in curves.iter().enumerate() {
        let last = curve.points.last();
        let Some(locks) = last.and_then(|point| point.locks.as_ref()) else {
            continue;
        };
        let points = locks.curve.iter();
        let points = points.map(|(quantile, ns)| (1.0 / (1.0 - quantile), (*ns).max(1) as f64));
        let points: Vec<(f64, f64)> = points.collect();
        if points.len() > 1 {
            lines.push(Line::new(&curve.isolation, Ink::series(number), points));
        }
    }
    let ticks = [
        (1.0, "min"),
        (2.0, "p50"),
        (10.0, "p90"),
        (100.0, "p99"),
        (1e3, "p99.9"),
        (1e4, "p99.99"),
    ];
    Chart::lines(
        "Waits for locks that were not free",
        Axis::log("percentile", Unit::Plain("")).ticks(ticks.map(|(x, name)| (x, name.to_owned()))),
        Axis::log("wait", Unit::Nanoseconds),
        lines,
    )
    .caption("At the most threads, all blocks merged; both axes logarithmic.")
}

fn table(curves: &[&ContentionCurve]) -> Table {
    let mut table = Table::new("Threads beside each other")
        .words("Isolation")
        .numbers("Threads", "")
        .numbers("Rate", "1/s")
        .numbers("× fewest", "")
        .numbers("CPU per transaction", "µs")
        .numbers("p99", "µs")
        .numbers("Waits for locks", "%")
        .numbers("Locks not free", "%")
        .numbers("Wait p50", "µs")
        .numbers("Wait p99", "µs")
        .numbers("Jain", "")
        .numbers("Least/most", "")
        .numbers("RSS", "MB")
        .dispensable(&["Least/most", "Wait p50", "Locks not free", "p99"]);
    for curve in curves {
        for point in &curve.points {
            table.row(row(curve, point));
        }
    }
    table
}

fn row(curve: &ContentionCurve, point: &ContentionPoint) -> Vec<Entry> {
    let none = || Entry::toned("–", Tone::Muted);
    let scaling = point.scaling.as_ref().map_or_else(none, |ratio| {
        format!(
            "{:.2} ({:.2} to {:.2})",
            ratio.estimate, ratio.interval.low, ratio.interval.high
        )
        .into()
    });
    let locks = point.locks.as_ref();
    let percent = |estimate: &Estimate| Entry::from(format!("{:.1}", estimate.value * 100.0));
    let us = |ns: f64| Entry::from(format!("{:.2}", ns / 1e3));
    let wait = |at: usize| {
        let waits = locks.and_then(|locks| locks.wait_ns);
        waits.map_or_else(none, |waits| us(waits[at] as f64))
    };
    vec![
        curve.isolation.as_str().into(),
        point.threads.to_string().into(),
        format!("{:.0}", point.rate.value).into(),
        scaling,
        us(point.cpu_ns.value),
        us(point.latency_ns[1] as f64),
        locks.map_or_else(none, |locks| percent(&locks.share)),
        locks.map_or_else(none, |locks| percent(&locks.contended)),
        wait(0),
        wait(1),
        format!("{:.3}", point.jain.value).into(),
        format!("{:.2}", point.least_to_most.value).into(),
        format!("{:.1}", point.resident_bytes.value / 1e6).into(),
    ]
}
