//! What a worker counts. Only the worker itself writes, so counting is a load and a store.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that one thread raises and others read.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Nothing counted.
    pub(crate) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Adds one.
    #[inline]
    pub(crate) fn count(&self) {
        self.add(1);
    }

    /// Adds `more`.
    #[inline]
    pub(crate) fn add(&self, more: u64) {
        let now = self.0.load(Ordering::Relaxed);
        self.0.store(now.wrapping_add(more), Ordering::Relaxed);
    }

    /// The value.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! stats {
    ($($(#[doc = $help:literal])+ $field:ident = $name:literal;)*) => {
        /// What one worker counts.
        #[derive(Debug, Default)]
        pub(crate) struct Stats { $($(#[doc = $help])+ pub(crate) $field: Counter),* }

        impl Stats {
            /// Name, description and value of every counter.
            pub(crate) fn read(&self) -> Vec<(&'static str, &'static str, u64)> {
                vec![$(($name, concat!($($help),+).trim_ascii(), self.$field.get())),*]
            }
        }
    };
}

stats! {
    /// Connections accepted.
    connections = "downstream_connections_total";
    /// Connections that have ended.
    connections_ended = "downstream_connections_ended_total";
    /// Connections closed because nothing came for too long.
    connections_idle = "downstream_connections_idle_closed_total";
    /// Requests received.
    requests = "downstream_requests_total";
    /// Requests that have ended, for whatever reason.
    requests_ended = "downstream_requests_ended_total";
    /// Responses with status 1xx.
    responses_1xx = "downstream_responses_1xx_total";
    /// Responses with status 2xx.
    responses_2xx = "downstream_responses_2xx_total";
    /// Responses with status 3xx.
    responses_3xx = "downstream_responses_3xx_total";
    /// Responses with status 4xx.
    responses_4xx = "downstream_responses_4xx_total";
    /// Responses with status 5xx.
    responses_5xx = "downstream_responses_5xx_total";
    /// Streams reset instead of answered.
    resets = "downstream_resets_total";
    /// Requests refused because their body was over the limit.
    too_large = "downstream_requests_too_large_total";
    /// Requests whose body did not come in time.
    request_timeouts = "downstream_request_timeouts_total";
    /// Connections opened to upstreams.
    upstream_connections = "upstream_connections_total";
    /// Connections to upstreams that could not be opened.
    upstream_connect_failures = "upstream_connect_failures_total";
    /// Requests sent to upstreams.
    upstream_requests = "upstream_requests_total";
    /// Requests that an upstream did not answer in time.
    upstream_timeouts = "upstream_timeouts_total";
    /// Requests whose upstream broke off before its answer.
    upstream_resets = "upstream_resets_total";
    /// Responses that filters made themselves.
    local_responses = "filter_local_responses_total";
    /// Streams that ended with 503 because a filter failed.
    failed_closed = "filter_failed_closed_total";
    /// Streams that went on without a filter that failed.
    failed_open = "filter_failed_open_total";
    /// Streams that moved to a new VM because another stream had ended theirs.
    moved = "filter_streams_moved_total";
    /// Callouts of plugins.
    callouts = "filter_callouts_total";
    /// Callouts that failed or were not answered in time.
    callout_failures = "filter_callout_failures_total";
    /// Bytes received from TCP clients.
    tcp_received = "tcp_received_bytes_total";
    /// Bytes sent to TCP clients.
    tcp_sent = "tcp_sent_bytes_total";
}

impl Stats {
    /// Counts a response.
    #[inline]
    pub(crate) fn response(&self, status: u16) {
        match status / 100 {
            2 => &self.responses_2xx,
            3 => &self.responses_3xx,
            4 => &self.responses_4xx,
            5 => &self.responses_5xx,
            _ => &self.responses_1xx,
        }
        .count();
    }
}
