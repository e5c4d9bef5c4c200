//! Engines whose store carries the embedder's data and whose host functions get a `Caller`.

/// Defines `VmState`, what a store carries, and a [`Guest`](crate::Guest) over the engine's
/// `Caller`, for engines with the interface that wasmtime introduced.
///
/// ```ignore
/// host_core::store_guest! {
///     EngineGuest of engine;
///     exit(code) => engine::Error::new(Exit(code))
/// }
/// ```
///
/// The first line names the guest and the engine's crate, which must have `Caller`,
/// `Error`, `Memory`, `StoreLimits` and `TypedFunc`; the second makes the error that ends a
/// VM because it asked to exit.
#[macro_export]
macro_rules! store_guest {
    ($Guest:ident of $engine:ident; exit($code:ident) => $exit:expr) => {
        /// What the store carries.
        pub(crate) struct VmState {
            pub(crate) host: $crate::Host,
            /// Set once instantiated; start sections run before.
            pub(crate) memory: Option<$engine::Memory>,
            pub(crate) allocator: Option<$engine::TypedFunc<u32, u32>>,
            pub(crate) limits: $engine::StoreLimits,
        }

        /// The caller of a host call.
        pub(crate) struct $Guest<'a>(pub(crate) $engine::Caller<'a, VmState>);

        impl $crate::Guest for $Guest<'_> {
            type Trap = $engine::Error;
            type Memory<'a>
                = $crate::LinearMemory<'a>
            where
                Self: 'a;

            #[inline]
            fn host(&mut self) -> &mut $crate::Host {
                &mut self.0.data_mut().host
            }

            #[inline]
            fn split(&mut self) -> ($crate::LinearMemory<'_>, &mut $crate::Host) {
                match self.0.data().memory {
                    Some(memory) => {
                        let (bytes, state) = memory.data_and_store_mut(&mut self.0);
                        ($crate::LinearMemory(bytes), &mut state.host)
                    }
                    None => ($crate::LinearMemory(&mut []), &mut self.0.data_mut().host),
                }
            }

            #[inline]
            fn allocate(&mut self, size: usize) -> Result<usize, $engine::Error> {
                let Ok(size) = u32::try_from(size) else {
                    return Ok(0);
                };
                // Taken out for the call, because the store is borrowed by it; a guest
                // cannot need its allocator while the allocator runs.
                let Some(allocator) = self.0.data_mut().allocator.take() else {
                    return Ok(0);
                };
                let address = allocator.call(&mut self.0, size);
                self.0.data_mut().allocator = Some(allocator);
                address.map(|address| address as usize)
            }

            #[cold]
            fn exit(&mut self, $code: u32) -> $engine::Error {
                $exit
            }
        }
    };
}
