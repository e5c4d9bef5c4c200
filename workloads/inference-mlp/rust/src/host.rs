//! The network computed by the host, through wasi-nn.

use crate::features::Features;

/// What `wasi_ephemeral_nn` offers. The native twin finds the same functions under names
/// with the module's in front.
#[allow(unsafe_code)]
mod calls {
    #[repr(C)]
    pub(super) struct Tensor {
        pub(super) dimensions: *const u32,
        pub(super) rank: usize,
        pub(super) element: u8,
        pub(super) data: *const f32,
        pub(super) size: usize,
    }

    #[repr(C)]
    pub(super) struct Part {
        pub(super) data: *const u8,
        pub(super) size: usize,
    }

    #[cfg_attr(target_arch = "wasm32", link(wasm_import_module = "wasi_ephemeral_nn"))]
    extern "C" {
        #[cfg_attr(target_arch = "wasm32", link_name = "load")]
        pub(super) fn wasi_ephemeral_nn_load(
            parts: *const Part,
            count: usize,
            encoding: u32,
            target: u32,
            graph: *mut u32,
        ) -> u32;
        #[cfg_attr(target_arch = "wasm32", link_name = "load_by_name")]
        pub(super) fn wasi_ephemeral_nn_load_by_name(
            name: *const u8,
            size: usize,
            graph: *mut u32,
        ) -> u32;
        #[cfg_attr(target_arch = "wasm32", link_name = "init_execution_context")]
        pub(super) fn wasi_ephemeral_nn_init_execution_context(
            graph: u32,
            context: *mut u32,
        ) -> u32;
        #[cfg_attr(target_arch = "wasm32", link_name = "set_input")]
        pub(super) fn wasi_ephemeral_nn_set_input(
            context: u32,
            index: u32,
            tensor: *const Tensor,
        ) -> u32;
        #[cfg_attr(target_arch = "wasm32", link_name = "compute")]
        pub(super) fn wasi_ephemeral_nn_compute(context: u32) -> u32;
        #[cfg_attr(target_arch = "wasm32", link_name = "get_output")]
        pub(super) fn wasi_ephemeral_nn_get_output(
            context: u32,
            index: u32,
            buffer: *mut u8,
            size: usize,
            written: *mut u32,
        ) -> u32;
    }
}

const ONNX: u32 = 1;
const CPU: u32 = 0;
const F32: u8 = 1;

/// A model that the host has loaded, and a context of it.
pub struct Network {
    context: u32,
}

impl Network {
    /// Loads the model that the configuration is (an ONNX file) or names (JSON:
    /// `{"model": "NAME"}`).
    pub fn new(configuration: &[u8]) -> Result<Self, String> {
        let graph = match configuration.trim_ascii() {
            text @ [b'{', ..] => load_by_name(model_name(text)?)?,
            _ => load(configuration)?,
        };
        let mut context = 0;
        // SAFETY: the host writes a handle where it may.
        #[allow(unsafe_code)]
        let errno = unsafe { calls::wasi_ephemeral_nn_init_execution_context(graph, &mut context) };
        done("init_execution_context", errno)?;
        Ok(Self { context })
    }

    /// Log-probabilities of the two classes.
    pub fn log_probabilities(&mut self, features: &Features) -> Result<[f32; 2], String> {
        let dimensions = [1, features.len() as u32];
        let tensor = calls::Tensor {
            dimensions: dimensions.as_ptr(),
            rank: dimensions.len(),
            element: F32,
            data: features.as_ptr(),
            size: size_of_val(features),
        };
        let (mut bytes, mut written) = ([0_u8; 8], 0);
        // SAFETY: the tensor's record and what it points to live until the call returns.
        #[allow(unsafe_code)]
        done("set_input", unsafe {
            calls::wasi_ephemeral_nn_set_input(self.context, 0, &tensor)
        })?;
        // SAFETY: no addresses.
        #[allow(unsafe_code)]
        done("compute", unsafe {
            calls::wasi_ephemeral_nn_compute(self.context)
        })?;
        // SAFETY: the host writes at most as many bytes as there are.
        #[allow(unsafe_code)]
        done("get_output", unsafe {
            calls::wasi_ephemeral_nn_get_output(
                self.context,
                0,
                bytes.as_mut_ptr(),
                bytes.len(),
                &mut written,
            )
        })?;
        let [a, b, c, d, e, f, g, h] = bytes;
        Ok([
            f32::from_le_bytes([a, b, c, d]),
            f32::from_le_bytes([e, f, g, h]),
        ])
    }
}

fn load(model: &[u8]) -> Result<u32, String> {
    let part = calls::Part {
        data: model.as_ptr(),
        size: model.len(),
    };
    let mut graph = 0;
    // SAFETY: the part and its bytes live until the call returns.
    #[allow(unsafe_code)]
    let errno = unsafe { calls::wasi_ephemeral_nn_load(&part, 1, ONNX, CPU, &mut graph) };
    done("load", errno).map(|()| graph)
}

fn load_by_name(name: &[u8]) -> Result<u32, String> {
    let mut graph = 0;
    // SAFETY: the name lives until the call returns.
    #[allow(unsafe_code)]
    let errno =
        unsafe { calls::wasi_ephemeral_nn_load_by_name(name.as_ptr(), name.len(), &mut graph) };
    done("load_by_name", errno).map(|()| graph)
}

/// NAME of `{"model": "NAME"}`. Names have no escapes.
fn model_name(text: &[u8]) -> Result<&[u8], String> {
    let name = text
        .strip_prefix(b"{")
        .and_then(|rest| rest.trim_ascii_start().strip_prefix(b"\"model\""))
        .and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"))
        .and_then(|rest| rest.trim_ascii_start().strip_prefix(b"\""))
        .and_then(|rest| rest.strip_suffix(b"}"))
        .and_then(|rest| rest.trim_ascii_end().strip_suffix(b"\""));
    match name {
        Some(name) if !name.contains(&b'"') && !name.contains(&b'\\') => Ok(name),
        _ => {
            Err("give an ONNX file, or {\"model\": \"NAME\"} for one that the host has".to_owned())
        }
    }
}

fn done(call: &str, errno: u32) -> Result<(), String> {
    const NAMES: [&str; 9] = [
        "success",
        "invalid argument",
        "invalid encoding",
        "missing memory",
        "busy",
        "runtime error",
        "unsupported operation",
        "too large",
        "not found",
    ];
    match NAMES.get(errno as usize) {
        Some(&"success") => Ok(()),
        Some(name) => Err(format!("wasi-nn {call}: {name}")),
        None => Err(format!("wasi-nn {call}: error {errno}")),
    }
}
