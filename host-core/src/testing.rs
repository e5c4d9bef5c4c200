//! A guest without an engine, for tests of host calls.

use std::sync::Arc;

use crate::abi::AbiVersion;
use crate::context::{
    Context, ContextId, DoneState, HeadersState, PluginSettings, Root, Stream, VmSettings,
};
use crate::services::{InProcess, InProcessBuilder};
use crate::{Guest, Host, LinearMemory, Tape};

/// Bytes of memory; addresses from here on are out of bounds.
pub(crate) const MEMORY: usize = 1 << 20;

/// What ended the guest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exited(pub(crate) u32);

/// A guest whose memory is a vector and whose allocator only goes forward.
pub(crate) struct FakeGuest {
    pub(crate) memory: Vec<u8>,
    pub(crate) host: Host,
    pub(crate) services: Arc<InProcess>,
    pub(crate) root: ContextId,
    pub(crate) stream: ContextId,
    /// Whether the guest exports an allocator.
    pub(crate) allocates: bool,
    next: usize,
}

impl FakeGuest {
    /// A guest with a root context and a stream, which is the effective context.
    pub(crate) fn new(builder: InProcessBuilder) -> Self {
        Self::with_vm(
            builder,
            VmSettings {
                vm_id: "vm".into(),
                ..VmSettings::default()
            },
        )
    }

    pub(crate) fn with_vm(builder: InProcessBuilder, settings: VmSettings) -> Self {
        let services = Arc::new(builder.build());
        Self::sharing(services, settings)
    }

    /// A guest beside others of the same services.
    pub(crate) fn sharing(services: Arc<InProcess>, settings: VmSettings) -> Self {
        let mut host = Host::new(services.clone(), AbiVersion::V0_2_1, Arc::new(settings));
        let settings = PluginSettings {
            name: "plugin".into(),
            root_id: "root".into(),
            ..PluginSettings::default()
        };
        let root = Context::Root(Box::new(Root {
            settings,
            tick_period: None,
        }));
        let root = host.contexts.insert(root).unwrap();
        let mut stream = Stream::default();
        stream.request.headers_state = HeadersState::Held;
        let stream = Context::Stream {
            stream: Box::new(stream),
            root,
            done: DoneState::Alive,
        };
        let stream = host.contexts.insert(stream).unwrap();
        host.effective = stream;
        Self {
            memory: vec![0; MEMORY],
            host,
            services,
            root,
            stream,
            allocates: true,
            next: 16,
        }
    }

    /// Places bytes in memory: address and length.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> (usize, usize) {
        let at = self.next;
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
        self.next = (at + bytes.len()).next_multiple_of(8);
        (at, bytes.len())
    }

    /// Eight bytes for an answer.
    pub(crate) fn slot(&mut self) -> usize {
        self.put(&[0xff; 8]).0
    }

    pub(crate) fn u32_at(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.memory[at..at + 4].try_into().unwrap())
    }

    pub(crate) fn u64_at(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.memory[at..at + 8].try_into().unwrap())
    }

    /// The bytes whose address and length were stored in two slots.
    pub(crate) fn returned(&self, data: usize, size: usize) -> Vec<u8> {
        let (at, length) = (self.u32_at(data) as usize, self.u32_at(size) as usize);
        self.memory[at..at + length].to_vec()
    }

    pub(crate) fn stream(&mut self) -> &mut Stream {
        let id = self.stream;
        self.host.stream_mut(id).unwrap()
    }

    pub(crate) fn record(&mut self) {
        self.host.set_tape(Some(Box::new(Tape::new())));
    }

    /// The lines on the tape.
    pub(crate) fn recorded(&mut self) -> Vec<String> {
        let tape = self.host.set_tape(None).unwrap();
        tape.entries()
            .iter()
            .map(|entry| entry.to_string().trim_start().to_owned())
            .collect()
    }
}

impl Guest for FakeGuest {
    type Trap = Exited;
    type Memory<'a> = LinearMemory<'a>;

    fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        (LinearMemory(&mut self.memory), &mut self.host)
    }

    fn allocate(&mut self, size: usize) -> Result<usize, Exited> {
        if !self.allocates || self.next + size > MEMORY {
            return Ok(0);
        }
        let at = self.next;
        self.next = (at + size).next_multiple_of(8);
        Ok(at)
    }

    fn exit(&mut self, code: u32) -> Exited {
        Exited(code)
    }
}
