//! Break-even: start-up against steady cost.

use serde::Serialize;

/// What a runtime takes in all: `startup_ns` up to and with the first request,
/// then `request_ns` for each further one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// From the module's bytes to the first answered request, in nanoseconds.
    pub startup_ns: f64,
    /// Each further request, in nanoseconds.
    pub request_ns: f64,
}

impl Course {
    /// Total time of `requests` requests, in nanoseconds.
    pub fn total_ns(&self, requests: f64) -> f64 {
        self.startup_ns + self.request_ns * (requests - 1.0).max(0.0)
    }

    fn is_usable(&self) -> bool {
        let usable = |value: f64| value.is_finite() && value >= 0.0;
        usable(self.startup_ns) && usable(self.request_ns)
    }
}

/// When one course overtakes another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "requests")]
pub enum BreakEven {
    /// It is ahead from the first request on.
    AtOnce,
    /// It has used less time in all from this many requests on.
    After(f64),
    /// It never catches up.
    Never,
    /// A time is missing or not a number.
    Unknown,
}

/// After how many requests `slow_start` has used less time in all than `other`.
pub fn break_even(slow_start: Course, other: Course) -> BreakEven {
    if !slow_start.is_usable() || !other.is_usable() {
        return BreakEven::Unknown;
    }
    let behind = slow_start.startup_ns - other.startup_ns;
    let gain = other.request_ns - slow_start.request_ns;
    if behind < 0.0 || (behind == 0.0 && gain > 0.0) {
        return BreakEven::AtOnce;
    }
    if gain <= 0.0 {
        return BreakEven::Never;
    }
    BreakEven::After((1.0 + behind / gain).ceil())
}

/// A stretch of request counts over which one course is the fastest in all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stretch {
    /// Index of the course.
    pub index: usize,
    /// The first request count of the stretch.
    pub from: f64,
}

/// Which course is the fastest in all, from one request to infinitely many:
/// the lower envelope of the lines. Unusable courses are left out.
pub fn fastest_stretches(courses: &[Course]) -> Vec<Stretch> {
    let mut usable: Vec<usize> = (0..courses.len())
        .filter(|i| courses[*i].is_usable())
        .collect();
    let key = |i: &usize| (courses[*i].startup_ns, courses[*i].request_ns);
    usable.sort_by(|a, b| {
        key(a)
            .partial_cmp(&key(b))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut stretches: Vec<Stretch> = Vec::new();
    let Some(mut current) = usable.first().copied() else {
        return stretches;
    };
    stretches.push(Stretch {
        index: current,
        from: 1.0,
    });
    loop {
        let next = usable
            .iter()
            .filter_map(|i| match break_even(courses[*i], courses[current]) {
                BreakEven::After(requests) => Some((requests, *i)),
                _ => None,
            })
            .min_by(|a, b| {
                let steady = |i: usize| courses[i].request_ns;
                a.0.total_cmp(&b.0)
                    .then(steady(a.1).total_cmp(&steady(b.1)))
            });
        let Some((from, index)) = next else {
            return stretches;
        };
        stretches.push(Stretch { index, from });
        current = index;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(startup_ns: f64, request_ns: f64) -> Course {
        Course {
            startup_ns,
            request_ns,
        }
    }

    #[test]
    fn a_slow_start_is_paid_back_by_the_gain_per_request() {
        let (compiled, interpreted) = (course(1_100.0, 10.0), course(100.0, 30.0));
        assert_eq!(break_even(compiled, interpreted), BreakEven::After(51.0));
        assert_eq!(compiled.total_ns(51.0), interpreted.total_ns(51.0));
        assert_eq!(break_even(interpreted, compiled), BreakEven::AtOnce);
    }

    #[test]
    fn no_gain_never_pays_back_and_nonsense_is_unknown() {
        assert_eq!(
            break_even(course(9.0, 5.0), course(1.0, 5.0)),
            BreakEven::Never
        );
        assert_eq!(
            break_even(course(f64::NAN, 5.0), course(1.0, 5.0)),
            BreakEven::Unknown
        );
    }

    #[test]
    fn the_envelope_names_the_fastest_of_every_stretch() {
        let courses = [
            course(1_000.0, 1.0),
            course(10.0, 100.0),
            course(100.0, 10.0),
            course(2_000.0, 5.0), // never the fastest
            course(f64::INFINITY, 0.1),
        ];
        let indices: Vec<usize> = fastest_stretches(&courses)
            .iter()
            .map(|s| s.index)
            .collect();
        assert_eq!(indices, vec![1, 2, 0]);
        assert!(fastest_stretches(&[]).is_empty());
    }
}
