//! Inputs, computing and outputs.

use super::call::answer;
use super::{Refusal, Tensor};
use crate::abi::TensorType;
use crate::hostcalls::record;
use crate::{Guest, GuestMemory, OutOfBounds};

/// Dimensions that a tensor may have.
const RANK: usize = 8;
/// Bytes that a tensor may have.
const TENSOR_BYTES: usize = 16 << 20;

/// `set_input`: copies a tensor to an input of a context. `InvalidArgument` when there is
/// no such context or input, or the tensor is not what the input takes; `TooLarge` for more
/// than 8 dimensions or 16 MiB.
pub fn set_input<G: Guest>(
    guest: &mut G,
    context: u32,
    index: u32,
    tensor: usize,
) -> Result<u32, G::Trap> {
    Ok(answer(guest, "wasi_ephemeral_nn_set_input", |guest| {
        let (memory, host) = guest.split();
        let mut dimensions = [0; RANK];
        let tensor = read_tensor(&memory, tensor, &mut dimensions)?;
        record(host, |tape| {
            tape.scalar(u64::from(context));
            tape.scalar(u64::from(index));
            for dimension in tensor.dimensions {
                tape.scalar(u64::from(*dimension));
            }
            tape.scalar(tensor.element as u64);
            tape.input(tensor.bytes);
        });
        host.nn
            .with_context(context, |context| context.set_input(index, tensor))
    }))
}

/// `compute`: computes the outputs of a context from its inputs. `InvalidArgument` when
/// there is no such context, `RuntimeError` when an input is missing or the backend fails.
pub fn compute<G: Guest>(guest: &mut G, context: u32) -> Result<u32, G::Trap> {
    Ok(answer(guest, "wasi_ephemeral_nn_compute", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(context)));
        host.nn.with_context(context, |context| context.compute())
    }))
}

/// `get_output`: copies an output to the guest's buffer and answers its bytes.
/// `InvalidArgument` when there is no such context or output, `RuntimeError` when nothing
/// was computed, `TooLarge` when the buffer is too small; nothing is then written.
pub fn get_output<G: Guest>(
    guest: &mut G,
    context: u32,
    index: u32,
    buffer: usize,
    buffer_size: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    Ok(answer(guest, "wasi_ephemeral_nn_get_output", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(buffer, buffer_size)?;
        memory.write(return_size, 4)?;
        let (nn, tape) = (&mut host.nn, &mut host.tape);
        nn.with_context(context, |live| {
            let output = live.output(index)?;
            let (Ok(size), true) = (u32::try_from(output.len()), output.len() <= buffer_size)
            else {
                return Err(too_small(output.len(), buffer_size));
            };
            memory.write(buffer, output.len())?.copy_from_slice(output);
            if let Some(tape) = tape {
                tape.scalar(u64::from(context));
                tape.scalar(u64::from(index));
                tape.output(output);
            }
            memory.store_u32(return_size, size)?;
            Ok(())
        })
    }))
}

#[cold]
fn too_small(bytes: usize, buffer_size: usize) -> Refusal {
    Refusal::too_large(format!(
        "the output has {bytes} bytes and the guest's buffer {buffer_size}"
    ))
}

/// Reads the record of a tensor: address and number of dimensions, element type (one byte,
/// in a field as wide as an address), address and number of bytes.
fn read_tensor<'a>(
    memory: &'a impl GuestMemory,
    at: usize,
    dimensions: &'a mut [u32; RANK],
) -> Result<Tensor<'a>, Refusal> {
    let width = memory.size_width();
    let field = |index: usize| at.checked_add(index * width).ok_or(OutOfBounds);
    let (list, rank) = (memory.load_size(field(0)?)?, memory.load_size(field(1)?)?);
    let element = memory.read(field(2)?, 1)?[0];
    let (data, size) = (memory.load_size(field(3)?)?, memory.load_size(field(4)?)?);
    let bytes = memory.read(data, size)?;
    memory.read(list, rank.checked_mul(4).ok_or(OutOfBounds)?)?;
    let Some(dimensions) = dimensions.get_mut(..rank) else {
        return Err(Refusal::too_large(format!(
            "a tensor may have {RANK} dimensions"
        )));
    };
    for (index, dimension) in dimensions.iter_mut().enumerate() {
        *dimension = memory.load_u32(list + index * 4)?;
    }
    let Some(element) = TensorType::from_u32(u32::from(element)) else {
        return Err(Refusal::argument("no such element type"));
    };
    check_size(dimensions, element, bytes.len())?;
    Ok(Tensor {
        dimensions,
        element,
        bytes,
    })
}

/// The bytes must be those of the dimensions, which may be made to overflow.
fn check_size(dimensions: &[u32], element: TensorType, bytes: usize) -> Result<(), Refusal> {
    let wanted = dimensions
        .iter()
        .try_fold(element.size(), |product, dimension| {
            product.checked_mul(*dimension as usize)
        })
        .filter(|wanted| *wanted <= TENSOR_BYTES);
    match wanted {
        Some(wanted) if wanted == bytes => Ok(()),
        Some(wanted) => Err(Refusal::argument(format!(
            "a tensor of {element:?} with dimensions {dimensions:?} has {wanted} bytes, the guest \
             gave {bytes}"
        ))),
        None => Err(Refusal::too_large(format!(
            "a tensor may have {TENSOR_BYTES} bytes; dimensions {dimensions:?} of {element:?} are \
             more"
        ))),
    }
}
