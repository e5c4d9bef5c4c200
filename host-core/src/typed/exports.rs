//! Callbacks with WebAssembly's types.

/// Defines `Exports`, a module's callbacks, resolved once and typed.
///
/// ```ignore
/// host_core::typed_exports! {
///     TypedFunc in Store<VmState>, called with a tuple, or engine::Error;
///     (instance: Instance, store, name) => instance.get_typed_func(&mut *store, name),
///         or engine::Error
/// }
/// ```
///
/// The first line names the engine's typed function, generic over parameters and results,
/// its store, whether `call` takes its arguments as a `tuple` or a `list`, and its error;
/// the second how a function is found, and the error of that.
///
/// `Exports::resolve(instance, store, callbacks, version)` finds all;
/// `exports.call(store, callback, arguments)` calls one and answers 0 where there is no
/// result or no callback.
#[macro_export]
macro_rules! typed_exports {
    (
        $Function:ident in $Store:ty, called with a $passing:ident, or $CallError:ty;
        ($instance:ident: $Instance:ty, $store:ident, $name:ident) => $find:expr,
            or $FindError:ty
    ) => {
        /// One callback, typed by its signature: `P` without a result, `R` with one.
        enum Export {
            Absent,
            P1($Function<u32, ()>),
            R1($Function<u32, u32>),
            P2($Function<(u32, u32), ()>),
            R2($Function<(u32, u32), u32>),
            P3($Function<(u32, u32, u32), ()>),
            R3($Function<(u32, u32, u32), u32>),
            P5($Function<(u32, u32, u32, u32, u32), ()>),
        }

        /// The callbacks of one instance, by number.
        pub(crate) struct Exports([Export; $crate::abi::Callback::COUNT]);

        impl Exports {
            pub(crate) fn resolve(
                $instance: $Instance,
                $store: &mut $Store,
                callbacks: $crate::abi::CallbackSet,
                version: $crate::abi::AbiVersion,
            ) -> ::core::result::Result<Self, $FindError> {
                let mut exports = [const { Export::Absent }; $crate::abi::Callback::COUNT];
                for callback in callbacks.iter() {
                    let $name = callback.export();
                    let signature = callback.signature(version);
                    exports[callback.index()] = match (signature.params, signature.result) {
                        (1, false) => Export::P1($find?),
                        (1, true) => Export::R1($find?),
                        (2, false) => Export::P2($find?),
                        (2, true) => Export::R2($find?),
                        (3, false) => Export::P3($find?),
                        (3, true) => Export::R3($find?),
                        _ => Export::P5($find?),
                    };
                }
                Ok(Self(exports))
            }

            #[inline]
            pub(crate) fn call(
                &self,
                store: &mut $Store,
                callback: $crate::abi::Callback,
                &[a, b, c, d, e]: &[u32; 5],
            ) -> ::core::result::Result<u32, $CallError> {
                let nothing = |()| 0;
                match &self.0[callback.index()] {
                    Export::P1(f) => f.call(store, a).map(nothing),
                    Export::R1(f) => f.call(store, a),
                    Export::P2(f) => $crate::call_typed!($passing f(store, a, b)).map(nothing),
                    Export::R2(f) => $crate::call_typed!($passing f(store, a, b)),
                    Export::P3(f) => $crate::call_typed!($passing f(store, a, b, c)).map(nothing),
                    Export::R3(f) => $crate::call_typed!($passing f(store, a, b, c)),
                    Export::P5(f) => {
                        $crate::call_typed!($passing f(store, a, b, c, d, e)).map(nothing)
                    }
                    Export::Absent => Ok(0),
                }
            }
        }
    };
}

/// One call of [`typed_exports!`](crate::typed_exports).
#[doc(hidden)]
#[macro_export]
macro_rules! call_typed {
    (tuple $function:ident($store:ident, $($argument:ident),*)) => {
        $function.call($store, ($($argument),*))
    };
    (list $function:ident($store:ident, $($argument:ident),*)) => {
        $function.call($store, $($argument),*)
    };
}
