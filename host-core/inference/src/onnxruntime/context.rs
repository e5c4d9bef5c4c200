//! One use of a model: its inputs and outputs are made once and used again and again.

use std::ffi::c_char;
use std::sync::Arc;

use host_core::abi::NnErrno;
use host_core::nn::{Context, Refusal, Tensor as Given};
use ort_sys::OrtValue;

use super::session::{Port, Session};
use super::status::running;
use super::tensor::Tensor;

pub(super) struct OrtContext {
    // Tensors before the session, so that they are dropped before it.
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
    /// Which inputs have been set.
    set: Vec<bool>,
    computed: bool,
    names: Names,
    session: Arc<Session>,
}

/// What the library wants in arrays: pointers to names and values, inputs first.
struct Names {
    names: Vec<*const c_char>,
    inputs: Vec<*const OrtValue>,
    outputs: Vec<*mut OrtValue>,
}

// SAFETY: the pointers are to what the context owns or shares, all of which may be sent.
unsafe impl Send for Names {}

impl OrtContext {
    pub(super) fn new(session: Arc<Session>) -> Result<Self, Refusal> {
        let tensors = |ports: &[Port]| -> Result<Vec<Tensor>, Refusal> {
            ports
                .iter()
                .map(|port| Tensor::new(session.library, port))
                .collect()
        };
        let (inputs, outputs) = (tensors(&session.inputs)?, tensors(&session.outputs)?);
        let ports = session.inputs.iter().chain(&session.outputs);
        Ok(Self {
            set: vec![false; inputs.len()],
            computed: false,
            names: Names {
                names: ports.map(|port| port.name.as_ptr()).collect(),
                inputs: inputs
                    .iter()
                    .map(|tensor| tensor.value().cast_const())
                    .collect(),
                outputs: outputs.iter().map(Tensor::value).collect(),
            },
            inputs,
            outputs,
            session,
        })
    }
}

impl Context for OrtContext {
    fn set_input(&mut self, index: u32, tensor: Given<'_>) -> Result<(), Refusal> {
        let at = index as usize;
        let (Some(port), Some(place)) = (self.session.inputs.get(at), self.inputs.get_mut(at))
        else {
            return Err(Refusal::argument(format!(
                "there is no input {index}: the model has {}",
                self.session.inputs.len()
            )));
        };
        if tensor.element != port.element || tensor.dimensions != port.dimensions {
            return Err(Refusal::argument(format!(
                "input {index} takes {:?} with dimensions {:?}, the guest gave {:?} with {:?}",
                port.element, port.dimensions, tensor.element, tensor.dimensions
            )));
        }
        place.bytes_mut().copy_from_slice(tensor.bytes);
        self.set[at] = true;
        Ok(())
    }

    fn compute(&mut self) -> Result<(), Refusal> {
        if let Some(index) = self.set.iter().position(|set| !set) {
            let reason = format!("input {index} was never set");
            return Err(Refusal::new(NnErrno::RuntimeError, reason));
        }
        let (api, inputs) = (self.session.library.api, self.inputs.len());
        self.computed = false;
        // SAFETY: the session is alive; names and values are as many as the counts say, and
        // the outputs are tensors of the session's own types and shapes, which it fills.
        let ran = unsafe {
            (api.Run)(
                self.session.session,
                std::ptr::null(),
                self.names.names.as_ptr(),
                self.names.inputs.as_ptr(),
                inputs,
                self.names.names.as_ptr().add(inputs),
                self.outputs.len(),
                self.names.outputs.as_mut_ptr(),
            )
        };
        running(api, ran)?;
        self.computed = true;
        Ok(())
    }

    fn output(&self, index: u32) -> Result<&[u8], Refusal> {
        if !self.computed {
            return Err(Refusal::new(
                NnErrno::RuntimeError,
                "nothing has been computed",
            ));
        }
        match self.outputs.get(index as usize) {
            Some(output) => Ok(output.bytes()),
            None => Err(Refusal::argument(format!(
                "there is no output {index}: the model has {}",
                self.outputs.len()
            ))),
        }
    }
}
