//! Prometheus' text format, version 0.0.4.

use std::collections::HashSet;
use std::fmt::Write as _;

use host_core::services::{HistogramSnapshot, MetricValue};

use crate::report::{PluginVms, Report};

/// Everything that is counted.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for (name, help, value) in report.counters() {
        one(&mut out, &format!("pwbench_{name}"), help, "counter", value);
    }
    for (name, help, value) in report.gauges() {
        one(&mut out, &format!("pwbench_{name}"), help, "gauge", value);
    }
    vms(report, &mut out);
    workers(report, &mut out);
    let mut names = HashSet::new();
    for metric in report.metrics() {
        let name = format!("wasmcustom_{}", valid(&metric.name));
        // Names that differ only in what Prometheus forbids cannot both be shown.
        if !names.insert(name.clone()) {
            continue;
        }
        let help = "Defined by a plugin.";
        match &metric.value {
            MetricValue::Counter(value) => one(&mut out, &name, help, "counter", *value),
            MetricValue::Gauge(value) => one(&mut out, &name, help, "gauge", *value),
            MetricValue::Histogram(histogram) => distribution(&mut out, &name, help, histogram),
        }
    }
    out
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    // Writing to a String cannot fail.
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn one(out: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    head(out, name, help, kind);
    let _ = writeln!(out, "{name} {value}");
}

fn distribution(out: &mut String, name: &str, help: &str, histogram: &HistogramSnapshot) {
    head(out, name, help, "histogram");
    let mut count = 0;
    for (bound, values) in &histogram.buckets {
        count += values;
        let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {count}");
    }
    let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {}", histogram.count);
    let _ = writeln!(out, "{name}_sum {}", histogram.sum);
    let _ = writeln!(out, "{name}_count {}", histogram.count);
}

fn vms(report: &Report, out: &mut String) {
    let plugins = report.vms();
    type Read = fn(&PluginVms) -> u64;
    let families: [(&str, &str, &str, Read); 6] = [
        ("vms_started_total", "VMs started.", "counter", |plugin| {
            plugin.started
        }),
        (
            "vms_rebuilt_total",
            "VMs started in place of one that had ended.",
            "counter",
            |plugin| plugin.rebuilt,
        ),
        (
            "vm_traps_total",
            "Calls that ended in a trap.",
            "counter",
            |plugin| plugin.traps,
        ),
        (
            "vm_deadlines_total",
            "Calls that took too long.",
            "counter",
            |plugin| plugin.deadlines,
        ),
        (
            "vms_active",
            "VMs now that outlive a stream.",
            "gauge",
            |plugin| plugin.vms.len() as u64,
        ),
        (
            "vm_memory_bytes",
            "Linear memory of these VMs.",
            "gauge",
            |plugin| plugin.vms.iter().map(|vm| vm.memory_bytes).sum(),
        ),
    ];
    locks(&plugins, out);
    for (name, help, kind, read) in families {
        if plugins.is_empty() {
            return;
        }
        let name = format!("pwbench_{name}");
        head(out, &name, help, kind);
        for (index, plugin) in plugins.iter().enumerate() {
            let _ = writeln!(out, "{name}{{{}}} {}", labels(plugin, index), read(plugin));
        }
    }
}

fn labels(plugin: &PluginVms, index: usize) -> String {
    format!(
        "plugin=\"{}\",index=\"{index}\",runtime=\"{}\",isolation=\"{}\"",
        escaped(&plugin.plugin),
        escaped(&plugin.runtime),
        escaped(&plugin.isolation)
    )
}

/// Waiting for VMs that workers share.
fn locks(plugins: &[PluginVms], out: &mut String) {
    let sharing = || {
        let all = plugins.iter().enumerate();
        all.filter_map(|(index, plugin)| Some((labels(plugin, index), plugin.locks.as_ref()?)))
    };
    if sharing().next().is_none() {
        return;
    }
    let name = "pwbench_vm_lock_acquisitions_total";
    head(out, name, "Locks of VMs that workers share.", "counter");
    for (labels, locks) in sharing() {
        let _ = writeln!(out, "{name}{{{labels}}} {}", locks.taken);
    }
    let name = "pwbench_vm_lock_wait_seconds";
    head(
        out,
        name,
        "Waits for such locks that were not free.",
        "histogram",
    );
    for (labels, locks) in sharing() {
        for (bound, count) in locks.cumulative() {
            let bound = bound as f64 / 1e9;
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        let (count, sum) = (locks.contended, locks.waited_ns as f64 / 1e9);
        let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "{name}_sum{{{labels}}} {sum}");
        let _ = writeln!(out, "{name}_count{{{labels}}} {count}");
    }
}

fn workers(report: &Report, out: &mut String) {
    let name = "pwbench_worker_requests_total";
    head(out, name, "Requests received by each worker.", "counter");
    for worker in report.workers() {
        let _ = writeln!(
            out,
            "{name}{{worker=\"{}\"}} {}",
            worker.worker, worker.requests
        );
    }
}

/// A guest's name as Prometheus allows it.
fn valid(name: &[u8]) -> String {
    name.iter()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b':' => char::from(*byte),
            _ => '_',
        })
        .collect()
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels_cannot_break_the_format() {
        assert_eq!(valid(b"a.b-c\n{}\xff"), "a_b_c____");
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }

    #[test]
    fn buckets_add_up() {
        let mut out = String::new();
        let histogram = HistogramSnapshot {
            count: 3,
            sum: 9,
            minimum: 1,
            maximum: 7,
            buckets: vec![(1, 2), (7, 1)],
        };
        distribution(&mut out, "h", "x", &histogram);
        assert!(out.contains("h_bucket{le=\"1\"} 2\n"), "{out}");
        assert!(out.contains("h_bucket{le=\"7\"} 3\n"), "{out}");
        assert!(
            out.contains("h_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3\n"),
            "{out}"
        );
    }
}
