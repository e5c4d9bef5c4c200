//! Connections: L4 filters.

use super::Vm;
use super::http::Side;
use crate::Trap;
use crate::abi::{Action, Callback, PeerType};
use crate::context::ContextId;

impl Vm {
    /// Calls the guest for a new connection.
    ///
    /// # Errors
    /// The trap.
    pub fn on_new_connection(&mut self, id: ContextId) -> Result<Action, Trap> {
        self.invoke_action(Callback::NewConnection, &[id, 0, 0, 0, 0])
    }

    /// Adds `chunk` to the bytes from downstream that the filter holds and calls the guest.
    ///
    /// # Errors
    /// The trap.
    pub fn on_downstream_data(
        &mut self,
        id: ContextId,
        chunk: &[u8],
        end: bool,
    ) -> Result<Action, Trap> {
        self.on_data(Callback::DownstreamData, Side::Request, id, chunk, end)
    }

    /// Adds `chunk` to the bytes from upstream that the filter holds and calls the guest.
    ///
    /// # Errors
    /// The trap.
    pub fn on_upstream_data(
        &mut self,
        id: ContextId,
        chunk: &[u8],
        end: bool,
    ) -> Result<Action, Trap> {
        self.on_data(Callback::UpstreamData, Side::Response, id, chunk, end)
    }

    /// Tells the guest that the client's side closed.
    ///
    /// # Errors
    /// The trap.
    pub fn on_downstream_close(&mut self, id: ContextId, peer: PeerType) -> Result<(), Trap> {
        self.invoke(
            Callback::DownstreamConnectionClose,
            &[id, peer as u32, 0, 0, 0],
        )
        .map(drop)
    }

    /// Tells the guest that the server's side closed.
    ///
    /// # Errors
    /// The trap.
    pub fn on_upstream_close(&mut self, id: ContextId, peer: PeerType) -> Result<(), Trap> {
        self.invoke(
            Callback::UpstreamConnectionClose,
            &[id, peer as u32, 0, 0, 0],
        )
        .map(drop)
    }
}
