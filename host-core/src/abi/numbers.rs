//! The ABI's numbers as enums; each converts from the guest's `u32` by `from_u32`.

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $value:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u32)]
        pub enum $name { $($(#[$vdoc])* $variant = $value),* }

        impl $name {
            /// The member with this number.
            #[inline]
            pub const fn from_u32(number: u32) -> Option<Self> {
                match number { $($value => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

numbers! {
    /// `proxy_status_t`, what a host call returns.
    Status {
        /// Done.
        Ok = 0,
        /// No such thing.
        NotFound = 1,
        /// An argument is not allowed here.
        BadArgument = 2,
        /// The host could not serialise the answer.
        SerializationFailure = 3,
        /// The guest's bytes could not be parsed.
        ParseFailure = 4,
        /// A pointer or length lies outside the guest's memory.
        InvalidMemoryAccess = 6,
        /// Nothing there.
        Empty = 7,
        /// Compare-and-swap lost.
        CasMismatch = 8,
        /// The host cannot do this now.
        InternalFailure = 10,
        /// The host does not do this.
        Unimplemented = 12,
    }
    /// `proxy_log_level_t`.
    LogLevel {
        /// Finest.
        Trace = 0,
        /// Debugging.
        Debug = 1,
        /// Normal.
        Info = 2,
        /// Suspicious.
        Warn = 3,
        /// Failed.
        Error = 4,
        /// Fatal.
        Critical = 5,
    }
    /// `proxy_action_t`, what a stream callback returns.
    Action {
        /// Go on.
        Continue = 0,
        /// Hold the stream until the guest continues it.
        Pause = 1,
    }
    /// `proxy_buffer_type_t`.
    BufferType {
        /// Body of the request.
        HttpRequestBody = 0,
        /// Body of the response.
        HttpResponseBody = 1,
        /// Bytes from the client.
        DownstreamData = 2,
        /// Bytes from the server.
        UpstreamData = 3,
        /// Body of a callout's response.
        HttpCallResponseBody = 4,
        /// A gRPC message.
        GrpcCallMessage = 5,
        /// The VM's configuration.
        VmConfiguration = 6,
        /// The plugin's configuration.
        PluginConfiguration = 7,
        /// Arguments of a foreign function.
        ForeignFunctionArguments = 8,
    }
    /// `proxy_header_map_type_t`.
    MapType {
        /// Request headers, pseudo-headers included.
        HttpRequestHeaders = 0,
        /// Request trailers.
        HttpRequestTrailers = 1,
        /// Response headers, `:status` included.
        HttpResponseHeaders = 2,
        /// Response trailers.
        HttpResponseTrailers = 3,
        /// First metadata of a gRPC callout.
        GrpcCallInitialMetadata = 4,
        /// Last metadata of a gRPC callout.
        GrpcCallTrailingMetadata = 5,
        /// Headers of a callout's response.
        HttpCallResponseHeaders = 6,
        /// Trailers of a callout's response.
        HttpCallResponseTrailers = 7,
    }
    /// `proxy_peer_type_t`.
    PeerType {
        /// Not known.
        Unknown = 0,
        /// The proxy closed.
        Local = 1,
        /// The other side closed.
        Remote = 2,
    }
    /// `proxy_stream_type_t`.
    StreamType {
        /// The request of an HTTP stream.
        HttpRequest = 0,
        /// The response of an HTTP stream.
        HttpResponse = 1,
        /// Client to proxy.
        Downstream = 2,
        /// Proxy to server.
        Upstream = 3,
    }
    /// `proxy_metric_type_t`.
    MetricType {
        /// Only grows.
        Counter = 0,
        /// Any value.
        Gauge = 1,
        /// A distribution.
        Histogram = 2,
    }
    /// The `errno` values of WASI that this host answers.
    Errno {
        /// Done.
        Success = 0,
        /// Not a descriptor.
        Badf = 8,
        /// Bad address.
        Fault = 21,
        /// Bad argument.
        Inval = 28,
        /// Not a function of this host.
        Nosys = 52,
        /// Not supported for this object.
        Notsup = 58,
    }
    /// `nn_errno`, what a function of wasi-nn returns.
    NnErrno {
        /// Done.
        Success = 0,
        /// A handle, an index, an address or a tensor that does not fit.
        InvalidArgument = 1,
        /// The model is not in this encoding, or there is no backend for it.
        InvalidEncoding = 2,
        /// The module exports no memory.
        MissingMemory = 3,
        /// Not while another call of the guest's runs.
        Busy = 4,
        /// The backend failed, or was asked out of turn.
        RuntimeError = 5,
        /// The host does not do this.
        UnsupportedOperation = 6,
        /// Beyond a limit of the host, or more than the guest's buffer takes.
        TooLarge = 7,
        /// No model of this name.
        NotFound = 8,
    }
    /// `tensor_type` of wasi-nn.
    TensorType {
        /// 16-bit floating point.
        F16 = 0,
        /// 32-bit floating point.
        F32 = 1,
        /// 64-bit floating point.
        F64 = 2,
        /// Unsigned bytes.
        U8 = 3,
        /// 32-bit integers.
        I32 = 4,
        /// 64-bit integers.
        I64 = 5,
    }
    /// `graph_encoding` of wasi-nn.
    GraphEncoding {
        /// OpenVINO.
        Openvino = 0,
        /// ONNX.
        Onnx = 1,
        /// TensorFlow.
        Tensorflow = 2,
        /// PyTorch.
        Pytorch = 3,
        /// TensorFlow Lite.
        Tensorflowlite = 4,
        /// Whatever the bytes look like.
        Autodetect = 5,
    }
    /// `execution_target` of wasi-nn.
    ExecutionTarget {
        /// The processor.
        Cpu = 0,
        /// A graphics card.
        Gpu = 1,
        /// A tensor processor.
        Tpu = 2,
    }
}

impl TensorType {
    /// Bytes of one element.
    #[inline]
    pub const fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::F16 => 2,
            Self::F32 | Self::I32 => 4,
            Self::F64 | Self::I64 => 8,
        }
    }
}
