//! The guest as host calls see it: wasmi's `Caller` behind [`host_core::Guest`].

use crate::trap::Exit;

host_core::store_guest! {
    WasmiGuest of wasmi;
    exit(code) => wasmi::Error::host(Exit(code))
}
