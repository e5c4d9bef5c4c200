//! The callbacks a module may export, and their WebAssembly signatures.

use super::AbiVersion;

/// The WebAssembly type of a callback: every parameter and result is an `i32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Number of `i32` parameters, 1 to 5.
    pub params: u8,
    /// Whether it returns an `i32`.
    pub result: bool,
}

macro_rules! callbacks {
    ($($(#[$doc:meta])* $variant:ident = $export:literal ($params:literal $(-> $result:tt)?);)*) => {
        /// A function that the host calls in the guest.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Callback { $($(#[$doc])* $variant),* }

        impl Callback {
            /// Every callback, in the order of their numbers.
            pub const ALL: &'static [Callback] = &[$(Callback::$variant),*];

            /// The export's name.
            pub const fn export(self) -> &'static str {
                match self { $(Self::$variant => $export),* }
            }

            const fn newest(self) -> Signature {
                match self { $(Self::$variant => Signature {
                    params: $params,
                    result: callbacks!(@has $($result)?),
                }),* }
            }
        }
    };
    (@has) => { false };
    (@has $result:tt) => { true };
}

callbacks! {
    /// `(context, parent)`; parent 0 makes a root context.
    ContextCreate = "proxy_on_context_create" (2);
    /// `(context) -> bool`: true when the context may be deleted now.
    Done = "proxy_on_done" (1 -> bool);
    /// `(context)`
    Log = "proxy_on_log" (1);
    /// `(context)`
    Delete = "proxy_on_delete" (1);
    /// `(root, configuration_size) -> bool`
    VmStart = "proxy_on_vm_start" (2 -> bool);
    /// `(root, configuration_size) -> bool`
    Configure = "proxy_on_configure" (2 -> bool);
    /// `(root)`
    Tick = "proxy_on_tick" (1);
    /// `(context) -> action`
    NewConnection = "proxy_on_new_connection" (1 -> action);
    /// `(context, size, end_of_stream) -> action`
    DownstreamData = "proxy_on_downstream_data" (3 -> action);
    /// `(context, peer)`
    DownstreamConnectionClose = "proxy_on_downstream_connection_close" (2);
    /// `(context, size, end_of_stream) -> action`
    UpstreamData = "proxy_on_upstream_data" (3 -> action);
    /// `(context, peer)`
    UpstreamConnectionClose = "proxy_on_upstream_connection_close" (2);
    /// `(context, count, end_of_stream) -> action`
    RequestHeaders = "proxy_on_request_headers" (3 -> action);
    /// `(context, size, end_of_stream) -> action`
    RequestBody = "proxy_on_request_body" (3 -> action);
    /// `(context, count) -> action`
    RequestTrailers = "proxy_on_request_trailers" (2 -> action);
    /// `(context, count, end_of_stream) -> action`
    ResponseHeaders = "proxy_on_response_headers" (3 -> action);
    /// `(context, size, end_of_stream) -> action`
    ResponseBody = "proxy_on_response_body" (3 -> action);
    /// `(context, count) -> action`
    ResponseTrailers = "proxy_on_response_trailers" (2 -> action);
    /// `(root, call, headers, body_size, trailers)`
    HttpCallResponse = "proxy_on_http_call_response" (5);
    /// `(root, call, count)`
    GrpcReceiveInitialMetadata = "proxy_on_grpc_receive_initial_metadata" (3);
    /// `(root, call, size)`
    GrpcReceive = "proxy_on_grpc_receive" (3);
    /// `(root, call, count)`
    GrpcReceiveTrailingMetadata = "proxy_on_grpc_receive_trailing_metadata" (3);
    /// `(root, call, status)`
    GrpcClose = "proxy_on_grpc_close" (3);
    /// `(root, queue)`
    QueueReady = "proxy_on_queue_ready" (2);
    /// `(root, function, arguments_size)`
    ForeignFunction = "proxy_on_foreign_function" (3);
}

impl Callback {
    /// How many callbacks there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The callback's signature in `version`.
    pub const fn signature(self, version: AbiVersion) -> Signature {
        let newest = self.newest();
        match (version, self) {
            (AbiVersion::V0_1_0, Self::RequestHeaders | Self::ResponseHeaders) => Signature {
                params: 2,
                result: true,
            },
            _ => newest,
        }
    }

    /// The callback's number, an index below [`Callback::COUNT`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The callback exported under `name`.
    pub fn from_export(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|callback| callback.export() == name)
    }
}

/// A set of callbacks: those that a module exports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallbackSet(u32);

impl CallbackSet {
    /// Adds `callback`.
    pub const fn insert(&mut self, callback: Callback) {
        self.0 |= 1 << callback as u32;
    }

    /// Whether `callback` is in the set.
    #[inline]
    pub const fn contains(self, callback: Callback) -> bool {
        self.0 & (1 << callback as u32) != 0
    }

    /// The members in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Callback> {
        Callback::ALL
            .iter()
            .copied()
            .filter(move |callback| self.contains(*callback))
    }
}

impl FromIterator<Callback> for CallbackSet {
    fn from_iter<I: IntoIterator<Item = Callback>>(callbacks: I) -> Self {
        let mut set = Self::default();
        callbacks
            .into_iter()
            .for_each(|callback| set.insert(callback));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twenty_five_callbacks_and_each_is_found_by_its_export() {
        assert_eq!(Callback::COUNT, 25);
        for callback in Callback::ALL {
            assert_eq!(Callback::from_export(callback.export()), Some(*callback));
        }
    }

    #[test]
    fn header_callbacks_of_0_1_0_have_no_end_of_stream() {
        let headers = Callback::RequestHeaders;
        assert_eq!(headers.signature(AbiVersion::V0_1_0).params, 2);
        assert_eq!(headers.signature(AbiVersion::V0_2_1).params, 3);
    }
}
