//! Figures: the numbers in which two sides are compared.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A number that each side of a comparison has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Thread CPU time per transaction, in nanoseconds.
    Cpu,
    /// Median latency of a transaction, in nanoseconds.
    P50,
    /// 90th percentile of latency, in nanoseconds.
    P90,
    /// 99th percentile of latency, in nanoseconds.
    P99,
    /// 99.9th percentile of latency, in nanoseconds.
    P999,
    /// From the module's bytes to the first answered request, in nanoseconds.
    Startup,
    /// Growth of resident memory until the first VM was configured, in bytes.
    Memory,
    /// Size of the module, in bytes.
    ModuleSize,
    /// Size of the ahead-of-time artifact, in bytes.
    ArtifactSize,
    /// WebAssembly instructions per pass, on the reference engine.
    Instructions,
    /// Host calls per pass.
    HostCalls,
    /// Bytes copied between host and guest per pass.
    BytesCopied,
}

impl Figure {
    /// All, in the order of tables.
    pub const ALL: [Figure; 12] = [
        Figure::Cpu,
        Figure::P50,
        Figure::P90,
        Figure::P99,
        Figure::P999,
        Figure::Startup,
        Figure::Memory,
        Figure::ModuleSize,
        Figure::ArtifactSize,
        Figure::Instructions,
        Figure::HostCalls,
        Figure::BytesCopied,
    ];

    /// The name in files and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Figure::Cpu => "cpu",
            Figure::P50 => "p50",
            Figure::P90 => "p90",
            Figure::P99 => "p99",
            Figure::P999 => "p999",
            Figure::Startup => "startup",
            Figure::Memory => "memory",
            Figure::ModuleSize => "module_size",
            Figure::ArtifactSize => "artifact_size",
            Figure::Instructions => "instructions",
            Figure::HostCalls => "host_calls",
            Figure::BytesCopied => "bytes_copied",
        }
    }

    /// The figure of this name.
    pub fn find(key: &str) -> Option<Figure> {
        Figure::ALL.into_iter().find(|figure| figure.key() == key)
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Figure::Cpu => "CPU time per transaction",
            Figure::P50 => "median latency",
            Figure::P90 => "p90 latency",
            Figure::P99 => "p99 latency",
            Figure::P999 => "p99.9 latency",
            Figure::Startup => "start-up to the first answer",
            Figure::Memory => "memory of the first VM",
            Figure::ModuleSize => "module size",
            Figure::ArtifactSize => "artifact size",
            Figure::Instructions => "WebAssembly instructions",
            Figure::HostCalls => "host calls",
            Figure::BytesCopied => "bytes copied",
        }
    }

    /// Whether it repeats exactly, so that one look at each side decides; all
    /// others are measured in samples.
    pub fn is_counted(self) -> bool {
        self >= Figure::ModuleSize
    }

    /// The figure for people, with its unit.
    pub fn show(self, value: f64) -> String {
        match self {
            Figure::Instructions | Figure::HostCalls => format!("{value:.0}"),
            Figure::Memory | Figure::ModuleSize | Figure::ArtifactSize | Figure::BytesCopied => {
                match value {
                    ..1e3 => format!("{value:.0} B"),
                    ..1e6 => format!("{:.1} kB", value / 1e3),
                    _ => format!("{:.2} MB", value / 1e6),
                }
            }
            _ => match value {
                ..1e3 => format!("{value:.0} ns"),
                ..1e6 => format!("{:.2} µs", value / 1e3),
                ..1e9 => format!("{:.2} ms", value / 1e6),
                _ => format!("{:.2} s", value / 1e9),
            },
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_found_by_its_key_and_written_under_it() {
        for figure in Figure::ALL {
            assert_eq!(Figure::find(figure.key()), Some(figure));
            let json = serde_json::to_string(&figure).expect("JSON");
            assert_eq!(json.trim_matches('"'), figure.key());
        }
        assert_eq!(Figure::find("speed"), None);
    }

    #[test]
    fn what_repeats_exactly_is_counted() {
        let counted: Vec<&str> = Figure::ALL
            .into_iter()
            .filter(|figure| figure.is_counted())
            .map(Figure::key)
            .collect();
        assert_eq!(
            counted,
            [
                "module_size",
                "artifact_size",
                "instructions",
                "host_calls",
                "bytes_copied"
            ]
        );
    }
}
