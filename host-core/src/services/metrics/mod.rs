//! The metrics that plugins define.

mod histogram;
mod slab;

pub use histogram::HistogramSnapshot;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::abi::{MetricType, Status};
use histogram::Histogram;
use slab::Slab;

/// Number of a metric; the guest's own handle for it.
pub type MetricId = u32;

/// Counters, gauges and histograms, shared by all VMs of a proxy. Only defining one takes a
/// lock; recording is a look-up in a fixed place and an atomic operation.
#[derive(Debug, Default)]
pub struct Metrics {
    ids: RwLock<HashMap<Box<[u8]>, MetricId>>,
    metrics: Slab<Metric>,
}

#[derive(Debug)]
struct Metric {
    name: Box<[u8]>,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Counter(AtomicU64),
    Gauge(AtomicU64),
    Histogram(Box<Histogram>),
}

/// A metric at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSnapshot {
    /// The name that the plugin gave; any bytes.
    pub name: Vec<u8>,
    /// The value.
    pub value: MetricValue,
}

/// A metric's value at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricValue {
    /// A number that only grows.
    Counter(u64),
    /// Any number.
    Gauge(u64),
    /// A distribution.
    Histogram(HistogramSnapshot),
}

impl Metrics {
    /// Bytes that a name may have.
    pub const MAX_NAME: usize = 4 << 10;
    /// Metrics that there may be.
    pub const MAX_METRICS: usize = Slab::<Metric>::CAPACITY;

    /// No metrics.
    pub fn new() -> Self {
        Self::default()
    }

    /// The metric `name`, which is made when there is none.
    ///
    /// # Errors
    /// [`Status::BadArgument`] for a name that is too long or that another kind of metric
    /// has, [`Status::InternalFailure`] when there are too many.
    pub fn define(&self, kind: MetricType, name: &[u8]) -> Result<MetricId, Status> {
        if name.len() > Self::MAX_NAME {
            return Err(Status::BadArgument);
        }
        let known = self
            .ids
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .copied();
        if let Some(id) = known {
            return self.of_kind(id, kind);
        }
        let mut ids = self.ids.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = ids.get(name).copied() {
            return self.of_kind(id, kind);
        }
        let value = match kind {
            MetricType::Counter => Value::Counter(AtomicU64::new(0)),
            MetricType::Gauge => Value::Gauge(AtomicU64::new(0)),
            MetricType::Histogram => Value::Histogram(Box::default()),
        };
        let index = ids.len();
        if !self.metrics.set(
            index,
            Metric {
                name: name.into(),
                value,
            },
        ) {
            return Err(Status::InternalFailure);
        }
        // Ids count from 1, so that a guest's zeroed memory names no metric.
        let id = index as MetricId + 1;
        ids.insert(name.into(), id);
        Ok(id)
    }

    /// Adds to a counter, sets a gauge, or counts a value in a histogram.
    ///
    /// # Errors
    /// [`Status::NotFound`] for an unknown metric.
    #[inline]
    pub fn record(&self, id: MetricId, value: u64) -> Result<(), Status> {
        match &self.get(id)?.value {
            Value::Counter(counter) => {
                counter.fetch_add(value, Ordering::Relaxed);
            }
            Value::Gauge(gauge) => gauge.store(value, Ordering::Relaxed),
            Value::Histogram(histogram) => histogram.record(value),
        }
        Ok(())
    }

    /// Moves a counter or a gauge by `offset`.
    ///
    /// # Errors
    /// [`Status::NotFound`] for an unknown metric, [`Status::BadArgument`] for a histogram
    /// and for a counter that would shrink.
    #[inline]
    pub fn increment(&self, id: MetricId, offset: i64) -> Result<(), Status> {
        match &self.get(id)?.value {
            Value::Counter(counter) if offset >= 0 => {
                counter.fetch_add(offset as u64, Ordering::Relaxed)
            }
            Value::Gauge(gauge) => gauge.fetch_add(offset as u64, Ordering::Relaxed),
            _ => return Err(Status::BadArgument),
        };
        Ok(())
    }

    /// The value of a counter or a gauge.
    ///
    /// # Errors
    /// [`Status::NotFound`] for an unknown metric, [`Status::BadArgument`] for a histogram.
    pub fn value(&self, id: MetricId) -> Result<u64, Status> {
        match &self.get(id)?.value {
            Value::Counter(value) | Value::Gauge(value) => Ok(value.load(Ordering::Relaxed)),
            Value::Histogram(_) => Err(Status::BadArgument),
        }
    }

    /// Every metric, in the order of definition.
    pub fn snapshot(&self) -> impl Iterator<Item = MetricSnapshot> {
        self.metrics.iter().map(|metric| MetricSnapshot {
            name: metric.name.to_vec(),
            value: match &metric.value {
                Value::Counter(value) => MetricValue::Counter(value.load(Ordering::Relaxed)),
                Value::Gauge(value) => MetricValue::Gauge(value.load(Ordering::Relaxed)),
                Value::Histogram(histogram) => MetricValue::Histogram(histogram.snapshot()),
            },
        })
    }

    #[inline]
    fn get(&self, id: MetricId) -> Result<&Metric, Status> {
        let index = (id as usize).checked_sub(1).ok_or(Status::NotFound)?;
        self.metrics.get(index).ok_or(Status::NotFound)
    }

    fn of_kind(&self, id: MetricId, kind: MetricType) -> Result<MetricId, Status> {
        let same = matches!(
            (&self.get(id)?.value, kind),
            (Value::Counter(_), MetricType::Counter)
                | (Value::Gauge(_), MetricType::Gauge)
                | (Value::Histogram(_), MetricType::Histogram)
        );
        if same {
            Ok(id)
        } else {
            Err(Status::BadArgument)
        }
    }
}

#[cfg(test)]
mod tests;
