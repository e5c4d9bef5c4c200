//! From timers to parts of a transaction.

use std::cell::Cell;

use serde::Serialize;

use crate::trial::Profiled;

/// What a part's time is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The guest's own code.
    Guest,
    /// The guest's allocator, called by a host call.
    Allocator,
    /// A host call.
    HostCall,
    /// Crossing between host and guest.
    Engine,
    /// What drives the filter, as a proxy would.
    Host,
}

impl Kind {
    /// For tables.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Kind::Guest => "guest",
            Kind::Allocator => "guest's allocator",
            Kind::HostCall => "host call",
            Kind::Engine => "engine",
            Kind::Host => "host",
        }
    }
}

/// A part of a transaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Part {
    /// The callback it belongs to; empty for what is outside all.
    pub(crate) callback: String,
    /// Name of the host call, or what it is.
    pub(crate) name: String,
    /// What the time is spent on.
    pub(crate) kind: Kind,
    /// How often, for each transaction.
    pub(crate) calls: f64,
    /// Nanoseconds for each transaction.
    pub(crate) ns: f64,
    /// Bytes from the guest, for each transaction.
    pub(crate) bytes_in: f64,
    /// Bytes to the guest, for each transaction.
    pub(crate) bytes_out: f64,
}

/// Splits a transaction. Host calls are taken at what they took under their own timers,
/// without what a reading of the clock costs; callbacks at what they took without those.
/// Whatever noise makes negative is nothing.
pub(super) fn parts(profiled: &Profiled) -> Vec<Part> {
    let each = |total: f64| total / profiled.transactions.max(1) as f64;
    let clock = profiled.clock_inside_ns;
    let crossing = profiled.crossing.unwrap_or_default();
    let mut parts = Vec::new();
    let mut in_callbacks = 0.0;
    for callback in &profiled.callbacks {
        let calls = callback.calls as f64;
        let total = (callback.total_ns as f64 - calls * clock).max(0.0);
        in_callbacks += total;
        let left = Cell::new(total);
        let mut part = |name: &str, kind, calls: f64, ns: f64, bytes: (u64, u64)| {
            let ns = ns.max(0.0);
            left.set(left.get() - ns);
            if calls > 0.0 {
                parts.push(Part {
                    callback: callback.name.clone(),
                    name: name.to_owned(),
                    kind,
                    calls: each(calls),
                    ns: each(ns),
                    bytes_in: each(bytes.0 as f64),
                    bytes_out: each(bytes.1 as f64),
                });
            }
        };
        let mut host_calls = 0.0;
        let own = profiled.host_calls.iter();
        for call in own.filter(|call| call.callback == callback.name) {
            let (calls, allocations) = (call.calls as f64, call.allocations as f64);
            host_calls += calls;
            // The span of an allocation holds one reading more, and the call's holds both.
            let allocator = call.allocator_ns as f64 - allocations * clock;
            let total = call.total_ns as f64 - calls * clock - 2.0 * allocations * clock;
            let bytes = (call.bytes_in, call.bytes_out);
            part(&call.name, Kind::HostCall, calls, total - allocator, bytes);
            part("allocator", Kind::Allocator, allocations, allocator, (0, 0));
        }
        part(
            "enter",
            Kind::Engine,
            calls,
            calls * crossing.callback_ns,
            (0, 0),
        );
        part(
            "host calls",
            Kind::Engine,
            host_calls,
            host_calls * crossing.host_call_ns,
            (0, 0),
        );
        part("guest code", Kind::Guest, calls, left.get(), (0, 0));
    }
    parts.push(Part {
        callback: String::new(),
        name: "driving the filter".to_owned(),
        kind: Kind::Host,
        calls: 1.0,
        ns: each((profiled.plain_ns as f64 - in_callbacks).max(0.0)),
        bytes_in: 0.0,
        bytes_out: 0.0,
    });
    merge_allocators(parts)
}

/// One line for the allocator in a callback, whichever host calls asked it.
fn merge_allocators(parts: Vec<Part>) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        let same = merged.iter_mut().find(|known| {
            part.kind == Kind::Allocator
                && known.kind == Kind::Allocator
                && known.callback == part.callback
        });
        match same {
            Some(known) => {
                known.calls += part.calls;
                known.ns += part.ns;
            }
            None => merged.push(part),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{CallbackTimed, Crossing, HostCallTimed};

    #[test]
    fn the_parts_of_a_callback_add_up_to_it_without_the_clock() {
        let profiled = Profiled {
            transactions: 10,
            plain_ns: 20_000,
            timed_ns: 30_000,
            callbacks: vec![CallbackTimed {
                name: "proxy_on_request_headers".to_owned(),
                calls: 10,
                total_ns: 10_200,
            }],
            host_calls: vec![HostCallTimed {
                callback: "proxy_on_request_headers".to_owned(),
                name: "proxy_log".to_owned(),
                calls: 20,
                total_ns: 2_000,
                allocator_ns: 300,
                allocations: 10,
                bytes_in: 100,
                bytes_out: 0,
            }],
            clock_inside_ns: 20.0,
            crossing: Some(Crossing {
                callback_ns: 50.0,
                host_call_ns: 10.0,
            }),
            ..Profiled::default()
        };
        let parts = parts(&profiled);
        let of = |kind| {
            let own = parts.iter().filter(|part| part.kind == kind);
            own.map(|part| part.ns).sum::<f64>()
        };
        // 300 - 10 x 20 = 100 in the allocator, 2000 - 20 x 20 - 20 x 20 - 100 in the call.
        assert!((of(Kind::Allocator) - 10.0).abs() < 1e-9);
        assert!((of(Kind::HostCall) - 110.0).abs() < 1e-9);
        assert!((of(Kind::Engine) - 70.0).abs() < 1e-9);
        assert!((of(Kind::Host) - 1_000.0).abs() < 1e-9);
        let all: f64 = parts.iter().map(|part| part.ns).sum();
        assert!((all - 2_000.0).abs() < 1e-9, "{parts:?}");
    }

    #[test]
    fn noise_makes_no_part_negative() {
        let profiled = Profiled {
            transactions: 1,
            callbacks: vec![CallbackTimed {
                name: "proxy_on_log".to_owned(),
                calls: 1,
                total_ns: 5,
            }],
            clock_inside_ns: 20.0,
            ..Profiled::default()
        };
        assert!(parts(&profiled).iter().all(|part| part.ns >= 0.0));
    }
}
