//! The host's state of one VM: what host calls read and change.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::abi::{AbiVersion, Callback, Status};
use crate::context::{Context, ContextId, ContextTable, Root, Stream, VmSettings};
use crate::http::{Buffer, HeaderMap};
use crate::services::Services;
use crate::tape::Tape;
use crate::wasi::Wasi;

static NEXT_VM: AtomicU64 = AtomicU64::new(1);

/// The state around one instance. Engines keep it in their store and hand it to host calls.
pub struct Host {
    pub(crate) services: Arc<dyn Services>,
    pub(crate) abi: AbiVersion,
    pub(crate) contexts: ContextTable,
    /// The context that host calls act on.
    pub(crate) effective: ContextId,
    /// The callback that runs now, if any.
    pub(crate) running: Option<Callback>,
    /// Whether the guest's allocator runs: it may log and nothing else.
    pub(crate) allocating: bool,
    pub(crate) tape: Option<Box<Tape>>,
    pub(crate) vm: Arc<VmSettings>,
    pub(crate) vm_number: u64,
    pub(crate) wasi: Wasi,
    pub(crate) nn: crate::nn::State,
    pub(crate) answer: Answer,
    pub(crate) calls: crate::callouts::Calls,
    /// Contexts whose guest called `proxy_done` after having delayed it.
    pub(crate) finished: Vec<ContextId>,
    /// Streams that the guest continued, closed or answered and that live still.
    pub(crate) touched: Vec<ContextId>,
    /// Properties that a root context set: path, value.
    pub(crate) properties: Vec<(Vec<u8>, Vec<u8>)>,
    /// Reused for answers whose size is not known before they are made.
    pub(crate) scratch: Vec<u8>,
}

/// What only one callback may read: the answer to a callout, or a foreign function's
/// arguments.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) headers: Option<HeaderMap>,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) body: Option<Buffer>,
    pub(crate) message: Option<Buffer>,
    pub(crate) initial_metadata: Option<HeaderMap>,
    pub(crate) trailing_metadata: Option<HeaderMap>,
    pub(crate) arguments: Option<Buffer>,
    /// Status code and text for `proxy_get_status`.
    pub(crate) status: (u32, Vec<u8>),
}

impl Host {
    /// State for a new VM of a module built for `abi`.
    pub fn new(services: Arc<dyn Services>, abi: AbiVersion, vm: Arc<VmSettings>) -> Self {
        let wasi = Wasi::new(&vm.environment);
        Self {
            services,
            abi,
            contexts: ContextTable::default(),
            effective: 0,
            running: None,
            allocating: false,
            tape: None,
            vm,
            vm_number: NEXT_VM.fetch_add(1, Ordering::Relaxed),
            wasi,
            nn: crate::nn::State::default(),
            answer: Answer::default(),
            calls: crate::callouts::Calls::default(),
            finished: Vec::new(),
            touched: Vec::new(),
            properties: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// What the embedding proxy provides.
    pub fn services(&self) -> &Arc<dyn Services> {
        &self.services
    }

    /// Number of this VM, unique in the process.
    pub fn vm_number(&self) -> u64 {
        self.vm_number
    }

    /// Starts recording host calls, or stops and answers what was recorded.
    pub fn set_tape(&mut self, tape: Option<Box<Tape>>) -> Option<Box<Tape>> {
        std::mem::replace(&mut self.tape, tape)
    }

    /// Takes note that `callback` is about to be called; its first argument is the context
    /// that host calls act on. Every [`crate::Instance::call`] begins with this.
    #[inline]
    pub fn enter(&mut self, callback: Callback, arguments: &[u32; 5]) {
        self.effective = arguments[0];
        self.running = Some(callback);
        if let Some(tape) = &mut self.tape {
            let params = callback.signature(self.abi).params;
            tape.callback(callback, &arguments[..usize::from(params)]);
        }
    }

    /// The stream with this id.
    #[inline]
    pub(crate) fn stream_mut(&mut self, id: ContextId) -> Option<&mut Stream> {
        match self.contexts.get_mut(id) {
            Some(Context::Stream { stream, .. }) => Some(stream),
            _ => None,
        }
    }

    /// The stream that host calls act on.
    #[inline]
    pub(crate) fn effective_stream(&self) -> Option<&Stream> {
        match self.contexts.get(self.effective) {
            Some(Context::Stream { stream, .. }) => Some(stream),
            _ => None,
        }
    }

    /// The stream that host calls act on.
    #[inline]
    pub(crate) fn effective_stream_mut(&mut self) -> Result<&mut Stream, Status> {
        self.stream_mut(self.effective).ok_or(Status::BadArgument)
    }

    /// Notes that the guest moved the effective stream on while the embedder may be waiting
    /// for that.
    #[inline]
    pub(crate) fn touch(&mut self) {
        let id = self.effective;
        if !self.touched.contains(&id) {
            self.touched.push(id);
        }
    }

    /// Id of the root context that the effective context is or belongs to.
    pub(crate) fn effective_root_id(&self) -> Option<ContextId> {
        match self.contexts.get(self.effective)? {
            Context::Root(_) => Some(self.effective),
            Context::Stream { root, .. } => Some(*root),
        }
    }

    /// The root context that the effective context is or belongs to.
    pub(crate) fn effective_root(&self) -> Option<&Root> {
        match self.contexts.get(self.effective_root_id()?)? {
            Context::Root(root) => Some(root),
            Context::Stream { .. } => None,
        }
    }

    /// Name of the plugin that the effective context belongs to, for logs.
    pub(crate) fn plugin_name(&self) -> &str {
        self.effective_root().map_or("", |root| &root.settings.name)
    }
}

/// The end of a VM: what it wrote without a newline is logged, and nobody waits for it.
impl Drop for Host {
    fn drop(&mut self) {
        self.flush_lines();
        self.services.shared().forget_vm(self.vm_number);
        self.services.vm_ended(self.vm_number);
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host")
            .field("vm", &self.vm_number)
            .field("abi", &self.abi)
            .field("effective", &self.effective)
            .finish_non_exhaustive()
    }
}
