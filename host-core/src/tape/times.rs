//! Time spent in each host call, for a profile.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::abi::Callback;

/// What a host call cost in all, made from one callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallTime {
    /// Number of calls.
    pub calls: u64,
    /// From begin to end, the guest's allocator included.
    pub total: Duration,
    /// Of that, in the guest's allocator.
    pub allocator: Duration,
    /// Allocations.
    pub allocations: u64,
    /// Bytes taken from guest memory.
    pub bytes_in: u64,
    /// Bytes put into guest memory.
    pub bytes_out: u64,
}

/// Times of host calls by the callback they were made from. `None` stands for no callback:
/// the module's start.
#[derive(Clone, Debug, Default)]
pub struct CallTimes {
    callback: Option<Callback>,
    rows: BTreeMap<(Option<usize>, &'static str), CallTime>,
    /// Calls that began and did not end: an allocator that logs nests a second one.
    open: Vec<Open>,
}

#[derive(Clone, Debug)]
struct Open {
    name: &'static str,
    time: CallTime,
    begin: Instant,
    allocator: Option<Instant>,
}

impl CallTimes {
    /// Each callback with each host call made from it, by callback and name.
    pub fn rows(&self) -> impl Iterator<Item = (Option<Callback>, &'static str, CallTime)> {
        self.rows.iter().map(|((callback, name), time)| {
            let callback = callback.and_then(|index| Callback::ALL.get(index).copied());
            (callback, *name, *time)
        })
    }

    pub(super) fn enter(&mut self, callback: Callback) {
        self.callback = Some(callback);
        // Calls that are still open never returned: they trapped.
        self.open.clear();
    }

    pub(super) fn begin(&mut self, name: &'static str) {
        // The clock is read last here and first at the end, so that bookkeeping is the
        // caller's time and not the host call's.
        self.open.push(Open {
            name,
            time: CallTime::default(),
            begin: Instant::now(),
            allocator: None,
        });
    }

    pub(super) fn end(&mut self) {
        let now = Instant::now();
        if let Some(open) = self.open.pop() {
            let key = (self.callback.map(Callback::index), open.name);
            let row = self.rows.entry(key).or_default();
            row.calls += 1;
            row.total += now - open.begin;
            row.allocator += open.time.allocator;
            row.allocations += open.time.allocations;
            row.bytes_in += open.time.bytes_in;
            row.bytes_out += open.time.bytes_out;
        }
    }

    pub(super) fn bytes(&mut self, given: usize, answered: usize) {
        if let Some(open) = self.open.last_mut() {
            open.time.bytes_in += given as u64;
            open.time.bytes_out += answered as u64;
        }
    }

    pub(super) fn allocator(&mut self, runs: bool) {
        let now = Instant::now();
        let Some(open) = self.open.last_mut() else {
            return;
        };
        match (runs, open.allocator.take()) {
            (true, _) => open.allocator = Some(now),
            (false, Some(begin)) => {
                open.time.allocator += now - begin;
                open.time.allocations += 1;
            }
            (false, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tape;
    use super::*;

    #[test]
    fn calls_are_kept_apart_by_callback_and_name() {
        let mut tape = Tape::timing();
        for callback in [Callback::RequestHeaders, Callback::ResponseHeaders] {
            tape.callback(callback, &[1]);
            for _ in 0..3 {
                tape.begin("proxy_log");
                tape.input(b"four");
                tape.allocator(true);
                tape.allocator(false);
                tape.end(0);
            }
        }
        tape.begin("proxy_log");
        tape.callback(Callback::Done, &[1]);
        let times = tape.times().expect("it times");
        let rows: Vec<_> = times.rows().collect();
        assert_eq!(rows.len(), 2, "a call that never ended counts for nothing");
        for (_, name, time) in rows {
            assert_eq!((name, time.calls, time.bytes_in), ("proxy_log", 3, 12));
            assert_eq!(time.allocations, 3);
            assert!(time.total >= time.allocator);
        }
        assert_eq!(tape.entries(), [], "it keeps no contents");
    }

    #[test]
    fn a_call_within_a_call_has_a_row_of_its_own() {
        let mut tape = Tape::timing();
        tape.begin("proxy_get_header_map_value");
        tape.begin("proxy_log");
        tape.end(0);
        tape.output(b"12");
        tape.end(0);
        let times = tape.times().expect("it times");
        let bytes: Vec<u64> = times.rows().map(|(_, _, time)| time.bytes_out).collect();
        assert_eq!(bytes, [2, 0]);
    }
}
