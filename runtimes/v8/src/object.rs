//! JavaScript objects, as far as WebAssembly's interface needs them.

use v8::{Function, HandleScope, Local, Name, Object, String, Value};

/// An object without properties and without a prototype: a module that imports
/// `constructor` must not find JavaScript's own functions.
pub(crate) fn empty<'s>(scope: &mut HandleScope<'s>) -> Local<'s, Object> {
    let nothing = v8::null(scope).into();
    Object::with_prototype_and_properties(scope, nothing, &[], &[])
}

pub(crate) fn get<'s>(
    scope: &mut HandleScope<'s>,
    object: Local<'_, Object>,
    name: &str,
) -> Option<Local<'s, Value>> {
    let name = String::new(scope, name)?;
    object.get(scope, name.into())
}

pub(crate) fn set(
    scope: &mut HandleScope<'_>,
    object: Local<'_, Object>,
    name: &str,
    value: Local<'_, Value>,
) -> Option<()> {
    let name: Local<'_, Name> = String::new(scope, name)?.into();
    object
        .create_data_property(scope, name, value)?
        .then_some(())
}

/// The function that an object has under a name.
pub(crate) fn function<'s>(
    scope: &mut HandleScope<'s>,
    object: Local<'_, Object>,
    name: &str,
) -> Option<Local<'s, Function>> {
    get(scope, object, name)?.try_into().ok()
}

/// `WebAssembly.Instance`.
pub(crate) fn instance_constructor<'s>(scope: &mut HandleScope<'s>) -> Option<Local<'s, Function>> {
    let global = scope.get_current_context().global(scope);
    let namespace: Local<'_, Object> = get(scope, global, "WebAssembly")?.try_into().ok()?;
    function(scope, namespace, "Instance")
}
