//! The puppet: the guest that does what its configuration says.

/// The puppet as a WebAssembly module.
pub fn puppet_module() -> &'static [u8] {
    include_bytes!("../../prebuilt/puppet.wasm")
}

/// The puppet as a shared library for this machine.
///
/// # Errors
/// Why the build of this program could not make one, and the remedy.
pub fn puppet_library() -> Result<&'static [u8], String> {
    include!(concat!(env!("OUT_DIR"), "/puppet_library.rs"))
}
