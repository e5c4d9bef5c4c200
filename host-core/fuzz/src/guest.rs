//! The guest as host calls see it.

use host_core::{Guest, Host, LinearMemory};

use crate::script::Script;

/// Bytes of the guest's memory.
pub const MEMORY: usize = 64 << 10;

/// The end of a guest that asked for it.
#[derive(Debug)]
pub struct Exited(pub u32);

/// The guest in one of its host calls.
pub struct ScriptedGuest<'a> {
    pub memory: &'a mut [u8],
    pub host: &'a mut Host,
    pub script: &'a Script,
}

impl Guest for ScriptedGuest<'_> {
    type Trap = Exited;
    type Memory<'b>
        = LinearMemory<'b>
    where
        Self: 'b;

    fn host(&mut self) -> &mut Host {
        self.host
    }

    fn split(&mut self) -> (LinearMemory<'_>, &mut Host) {
        (LinearMemory(self.memory), self.host)
    }

    /// Anywhere, inside memory or not.
    fn allocate(&mut self, _: usize) -> Result<usize, Exited> {
        match self.script.byte() {
            0 => Ok(0),
            1 => Ok(MEMORY - 2),
            2 => Ok(u32::MAX as usize),
            3 => Err(Exited(3)),
            other => Ok(usize::from(other) << 8),
        }
    }

    fn exit(&mut self, code: u32) -> Exited {
        Exited(code)
    }
}
