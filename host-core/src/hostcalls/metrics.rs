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
