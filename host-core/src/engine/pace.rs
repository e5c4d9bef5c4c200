//! How fast counted code runs here: the rate at which engines without a clock in their code
//! convert a deadline into instructions, fuel or points.

use std::time::{Duration, Instant};

/// A loop over a page of memory: load, exclusive or, multiply, as a filter hashes a header.
/// Each round hangs on the one before.
///
/// ```wat
/// (module (memory 1)
///   (func (export "run") (param $rounds i32) (result i32) (local $hash i32)
///     (loop $again
///       (local.set $hash (i32.mul (i32.const 403)
///         (i32.xor (local.get $hash)
///           (i32.load8_u (i32.and (local.get $rounds) (i32.const 4095))))))
///       (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
///     (local.get $hash)))
/// ```
pub const PACE_GUEST: &[u8] = &[
    0, b'a', b's', b'm', 1, 0, 0, 0, // version 1
    1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, // type: i32 -> i32
    3, 2, 1, 0, // one function of it
    5, 3, 1, 0, 1, // one memory of a page
    7, 7, 1, 3, b'r', b'u', b'n', 0, 0, // exported as run
    10, 38, 1, 36, 1, 1, 0x7f, // one body with a local
    0x03, 0x40, // loop
    0x41, 0x93, 0x03, // i32.const 403
    0x20, 1, // local.get $hash
    0x20, 0, 0x41, 0xff, 0x1f, 0x71, // $rounds & 4095
    0x2d, 0, 0, // i32.load8_u
    0x73, 0x6c, 0x21, 1, // i32.xor, i32.mul, local.set $hash
    0x20, 0, 0x41, 1, 0x6b, 0x22, 0, // local.tee $rounds ($rounds - 1)
    0x0d, 0, // br_if $again
    0x0b, 0x20, 1, 0x0b, // end, local.get $hash, end
];

/// The export of [`PACE_GUEST`] that loops.
pub const PACE_EXPORT: &str = "run";

/// How much denser than the loop's a guest's code may be and still get its whole deadline:
/// operators that depend on nothing run side by side, and those that move values about cost
/// nothing in compiled code.
const DENSER: f64 = 4.0;

/// The shortest run that tells something.
const LEAST: Duration = Duration::from_micros(200);
/// Runs of that length; the fastest counts, because whatever else the machine does can only
/// make one slower.
const RUNS: u32 = 5;
/// Rounds beyond which a loop that takes no time is not believed.
const MOST_ROUNDS: u32 = 1 << 28;

/// Units that a nanosecond buys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace(f64);

impl Pace {
    /// Measures: `run` lets [`PACE_GUEST`] go so many rounds and answers the units that were
    /// counted.
    ///
    /// # Errors
    /// The engine's, or that nothing was counted.
    pub fn measure(mut run: impl FnMut(u32) -> Result<u64, String>) -> Result<Self, String> {
        let mut rate_of = |rounds| {
            let begin = Instant::now();
            let units = run(rounds)?;
            let took = begin.elapsed();
            Ok::<_, String>((took, units as f64 / took.as_nanos().max(1) as f64))
        };
        let mut rounds = 1 << 10;
        while rate_of(rounds)?.0 < LEAST && rounds < MOST_ROUNDS {
            rounds *= 2;
        }
        let mut best = 0.0_f64;
        for _ in 0..RUNS {
            best = best.max(rate_of(rounds)?.1);
        }
        if best > 0.0 && best.is_finite() {
            Ok(Self(best))
        } else {
            Err("its code was not counted".to_owned())
        }
    }

    /// Units that the loop used up in a nanosecond.
    pub fn per_nanosecond(self) -> f64 {
        self.0
    }

    /// Units to be given for `time`, at least one: enough for code denser than the loop's, so
    /// that hardly a guest is stopped before its deadline; one that runs more slowly is
    /// stopped the later.
    pub fn units(self, time: Duration) -> u64 {
        // A float's cast ends at the largest number.
        ((time.as_nanos() as f64 * self.0 * DENSER) as u64).max(1)
    }
}

/// What one call may use up, of an engine that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    pace: Pace,
    whole: u64,
    now: u64,
}

impl Allowance {
    /// For calls under `deadline`.
    pub fn new(pace: Pace, deadline: Duration) -> Self {
        let whole = pace.units(deadline);
        Self {
            pace,
            whole,
            now: whole,
        }
    }

    /// Units for the next call.
    #[inline]
    pub fn units(&self) -> u64 {
        self.now
    }

    /// Lets further calls take `time` at most, where that is shorter than the deadline, as
    /// [`super::Instance::allow`] asks.
    pub fn limit(&mut self, time: Option<Duration>) {
        let units = time.map_or(self.whole, |time| self.pace.units(time));
        self.now = units.min(self.whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"(module (memory 1)
        (func (export "run") (param $rounds i32) (result i32) (local $hash i32)
          (loop $again
            (local.set $hash (i32.mul (i32.const 403)
              (i32.xor (local.get $hash)
                (i32.load8_u (i32.and (local.get $rounds) (i32.const 4095))))))
            (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
          (local.get $hash)))"#;

    #[test]
    fn the_loops_bytes_are_those_of_its_text() {
        let module = wat::parse_str(TEXT).expect("assembles");
        wasmparser::validate(PACE_GUEST).expect("valid");
        let code = |bytes: &[u8]| {
            let (mut found, parser) = (Vec::new(), wasmparser::Parser::new(0));
            for payload in parser.parse_all(bytes) {
                if let Ok(wasmparser::Payload::CodeSectionEntry(body)) = payload {
                    found.extend_from_slice(body.as_bytes());
                }
            }
            found
        };
        assert_eq!(code(PACE_GUEST), code(&module));
    }

    #[test]
    fn the_rate_is_units_over_time_and_buys_units_for_time() {
        let pace = Pace::measure(|rounds| {
            std::thread::sleep(Duration::from_micros(u64::from(rounds) / 8));
            Ok(u64::from(rounds) * 1000)
        })
        .expect("a rate");
        // Sleep takes as long as asked at least.
        assert!(
            pace.per_nanosecond() > 0.0 && pace.per_nanosecond() <= 8.0,
            "{pace:?}"
        );
        let (short, long) = (
            pace.units(Duration::from_millis(1)),
            pace.units(Duration::from_millis(2)),
        );
        assert!(long > short && long.abs_diff(short * 2) <= 2);
        assert_eq!(Pace(1.0).units(Duration::ZERO), 1);
        assert_eq!(Pace(1.0).units(Duration::MAX), u64::MAX);
    }

    #[test]
    fn a_shorter_time_buys_less_and_a_longer_one_no_more_than_the_deadline() {
        let mut allowance = Allowance::new(Pace(1.0), Duration::from_millis(10));
        let whole = allowance.units();
        allowance.limit(Some(Duration::from_millis(1)));
        assert_eq!(allowance.units(), whole / 10);
        allowance.limit(Some(Duration::from_secs(1)));
        assert_eq!(allowance.units(), whole);
        allowance.limit(Some(Duration::ZERO));
        assert_eq!(allowance.units(), 1);
        allowance.limit(None);
        assert_eq!(allowance.units(), whole);
    }

    #[test]
    fn an_engine_that_counts_nothing_has_no_rate() {
        assert!(Pace::measure(|_| Ok(0)).is_err());
        assert_eq!(
            Pace::measure(|_| Err("broken".to_owned())),
            Err("broken".to_owned())
        );
    }
}
