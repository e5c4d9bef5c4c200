//! Metrics.

use super::call::{enter, record};
use crate::abi::{MetricType, Status};
use crate::{Guest, GuestMemory};

/// `proxy_define_metric`: makes a metric, or finds the one of that name and kind.
/// `BAD_ARGUMENT` for an unknown kind and for a name that another kind of metric has.
pub fn proxy_define_metric<G: Guest>(
    guest: &mut G,
    kind: u32,
    name: usize,
    name_size: usize,
    return_metric: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_define_metric", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_metric, 4)?;
        let name = memory.read(name, name_size)?;
        record(host, |tape| {
            tape.scalar(u64::from(kind));
            tape.input(name);
        });
        let kind = MetricType::from_u32(kind).ok_or(Status::BadArgument)?;
        let metric = host.services.metrics().define(kind, name)?;
        record(host, |tape| tape.scalar(u64::from(metric)));
        memory.store_u32(return_metric, metric)?;
        Ok(())
    })
}

/// `proxy_record_metric`: adds to a counter, sets a gauge, counts a value in a histogram.
/// `NOT_FOUND` for an unknown metric.
pub fn proxy_record_metric<G: Guest>(
    guest: &mut G,
    metric: u32,
    value: u64,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_record_metric", |guest| {
        let host = guest.host();
        record(host, |tape| {
            tape.scalar(u64::from(metric));
            tape.scalar(value);
        });
        host.services.metrics().record(metric, value)?;
        Ok(())
    })
}

/// `proxy_increment_metric`: moves a counter or a gauge by a signed offset. `NOT_FOUND` for
/// an unknown metric, `BAD_ARGUMENT` for a histogram and for a counter that would shrink.
pub fn proxy_increment_metric<G: Guest>(
    guest: &mut G,
    metric: u32,
    offset: u64,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_increment_metric", |guest| {
        let host = guest.host();
        record(host, |tape| {
            tape.scalar(u64::from(metric));
            tape.scalar(offset);
        });
        host.services.metrics().increment(metric, offset as i64)?;
        Ok(())
    })
}

/// `proxy_get_metric`: the value of a counter or a gauge. `NOT_FOUND` for an unknown metric,
/// `BAD_ARGUMENT` for a histogram.
pub fn proxy_get_metric<G: Guest>(
    guest: &mut G,
    metric: u32,
    return_value: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_metric", |guest| {
        let (mut memory, host) = guest.split();
        record(host, |tape| tape.scalar(u64::from(metric)));
        let value = host.services.metrics().value(metric)?;
        record(host, |tape| tape.scalar(value));
        memory.store_u64(return_value, value)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::InProcess;
    use crate::testing::{FakeGuest, MEMORY};

    const NOT_FOUND: u32 = Status::NotFound as u32;
    const BAD_ARGUMENT: u32 = Status::BadArgument as u32;

    fn define(guest: &mut FakeGuest, kind: u32, name: &[u8]) -> Result<u32, u32> {
        let (name, size) = guest.put(name);
        let slot = guest.slot();
        match proxy_define_metric(guest, kind, name, size, slot).unwrap() {
            0 => Ok(guest.u32_at(slot)),
            status => Err(status),
        }
    }

    fn get(guest: &mut FakeGuest, metric: u32) -> Result<u64, u32> {
        let slot = guest.slot();
        match proxy_get_metric(guest, metric, slot).unwrap() {
            0 => Ok(guest.u64_at(slot)),
            status => Err(status),
        }
    }

    #[test]
    fn a_counter_grows_and_never_shrinks() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let counter = define(&mut guest, 0, b"requests").unwrap();
        assert_eq!(define(&mut guest, 0, b"requests"), Ok(counter));
        assert_eq!(define(&mut guest, 1, b"requests"), Err(BAD_ARGUMENT));
        assert_eq!(proxy_increment_metric(&mut guest, counter, 5), Ok(0));
        assert_eq!(
            proxy_increment_metric(&mut guest, counter, -1_i64 as u64),
            Ok(BAD_ARGUMENT)
        );
        assert_eq!(proxy_record_metric(&mut guest, counter, 2), Ok(0));
        assert_eq!(get(&mut guest, counter), Ok(7));
    }

    #[test]
    fn a_gauge_is_set_and_moves_both_ways() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let gauge = define(&mut guest, 1, b"open").unwrap();
        proxy_record_metric(&mut guest, gauge, 10).unwrap();
        assert_eq!(
            proxy_increment_metric(&mut guest, gauge, -3_i64 as u64),
            Ok(0)
        );
        assert_eq!(get(&mut guest, gauge), Ok(7));
    }

    #[test]
    fn a_histogram_takes_values_and_has_no_single_one() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let histogram = define(&mut guest, 2, b"ms").unwrap();
        assert_eq!(proxy_record_metric(&mut guest, histogram, 10), Ok(0));
        assert_eq!(
            proxy_increment_metric(&mut guest, histogram, 1),
            Ok(BAD_ARGUMENT)
        );
        assert_eq!(get(&mut guest, histogram), Err(BAD_ARGUMENT));
    }

    #[test]
    fn unknown_metrics_kinds_and_addresses_are_told() {
        let mut guest = FakeGuest::new(InProcess::builder());
        assert_eq!(define(&mut guest, 3, b"x"), Err(BAD_ARGUMENT));
        for unknown in [0, 1, u32::MAX] {
            assert_eq!(get(&mut guest, unknown), Err(NOT_FOUND));
            assert_eq!(proxy_record_metric(&mut guest, unknown, 1), Ok(NOT_FOUND));
            assert_eq!(
                proxy_increment_metric(&mut guest, unknown, 1),
                Ok(NOT_FOUND)
            );
        }
        let invalid = Ok(Status::InvalidMemoryAccess as u32);
        let slot = guest.slot();
        assert_eq!(proxy_define_metric(&mut guest, 0, MEMORY, 1, slot), invalid);
        assert_eq!(proxy_define_metric(&mut guest, 0, slot, 1, MEMORY), invalid);
        assert_eq!(
            define(&mut guest, 0, b"first"),
            Ok(1),
            "a refused definition defines nothing"
        );
        assert_eq!(proxy_get_metric(&mut guest, 1, MEMORY - 7), invalid);
    }
}
