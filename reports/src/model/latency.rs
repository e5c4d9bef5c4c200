//! Latency: a whole distribution as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use serde::{Deserialize, Serialize};

/// A histogram of nanoseconds: HdrHistogram's V2 serialisation in base64.
///
/// Distributions of several trials are merged as counts ([`Latency::merge`]);
/// percentiles of percentiles mean nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Latency(String);

/// A histogram that could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LatencyError {
    /// The text is not base64.
    #[error("latency is not base64 ({0}); delete the trial's line or measure again")]
    Base64(#[from] base64::DecodeError),
    /// The bytes are not a V2 histogram.
    #[error(
        "latency is not an HdrHistogram V2 serialisation ({0}); delete the trial's line or measure again"
    )]
    Histogram(String),
}

impl Latency {
    /// Writes a histogram of nanoseconds.
    ///
    /// # Errors
    /// When the histogram cannot be serialised.
    pub fn from_histogram(histogram: &Histogram<u64>) -> Result<Self, LatencyError> {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(histogram, &mut bytes)
            .map_err(|error| LatencyError::Histogram(error.to_string()))?;
        Ok(Latency(BASE64.encode(bytes)))
    }

    /// Reads the histogram back. An empty text is an empty histogram.
    ///
    /// # Errors
    /// When the text is not what [`Latency::from_histogram`] writes.
    pub fn to_histogram(&self) -> Result<Histogram<u64>, LatencyError> {
        if self.0.is_empty() {
            return empty();
        }
        let bytes = BASE64.decode(&self.0)?;
        Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| LatencyError::Histogram(error.to_string()))
    }

    /// Adds the counts of several histograms.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn merge<'a>(
        latencies: impl IntoIterator<Item = &'a Latency>,
    ) -> Result<Histogram<u64>, LatencyError> {
        let mut sum = empty()?;
        for latency in latencies {
            sum.add(latency.to_histogram()?)
                .map_err(|error| LatencyError::Histogram(error.to_string()))?;
        }
        Ok(sum)
    }

    /// True when nothing was recorded at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn empty() -> Result<Histogram<u64>, LatencyError> {
    Histogram::new(3).map_err(|error| LatencyError::Histogram(error.to_string()))
}
