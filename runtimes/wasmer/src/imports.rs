//! The host functions as typed wasmer functions, made from the host core's tables.

use host_core::typed_host_functions;
use wasmer::{Extern, Function, FunctionEnv, FunctionEnvMut, RuntimeError, Store};

use crate::guest::{VmOwner, WasmerGuest};

/// Makes one host function in a store. wasmer's functions belong to a store, so that each
/// instance needs its own; which ones, in the order of the module's imports, is found once
/// for a module.
pub(crate) type Maker = fn(&mut Store, &FunctionEnv<VmOwner>) -> Extern;

/// The maker of the function imported as `module`.`name`.
pub(crate) fn maker(module: &str, name: &str) -> Option<Maker> {
    let wanted = (module, name);
    typed_host_functions! {
        env: FunctionEnvMut<'_, VmOwner> => WasmerGuest::new(env), or RuntimeError;
        (module, name, function) => if (module, name) == wanted {
            return Some(|store, env| Function::new_typed_with_env(store, env, function).into());
        }
    }
    None
}
