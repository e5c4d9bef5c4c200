//! Loading models and making contexts of them.

use super::call::{answer, offered};
use super::state::MODEL_BYTES;
use super::{Origin, Refusal};
use crate::abi::{ExecutionTarget, GraphEncoding, NnErrno};
use crate::hostcalls::record;
use crate::{Guest, GuestMemory, OutOfBounds};

/// Parts that a model may have.
const PARTS: usize = 16;
/// Bytes that a model's name may have.
const NAME_BYTES: usize = 256;

/// `load`: loads a model whose parts the guest has in its memory. `InvalidEncoding` when
/// the bytes are no model in that encoding, `UnsupportedOperation` for other targets than
/// the processor and for models that ask what the backend does not do, `TooLarge` beyond
/// the limits on models.
pub fn load<G: Guest>(
    guest: &mut G,
    builders: usize,
    builder_count: usize,
    encoding: u32,
    target: u32,
    return_graph: usize,
) -> Result<u32, G::Trap> {
    Ok(answer(guest, "wasi_ephemeral_nn_load", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_graph, 4)?;
        let (encoding, target) = (kind(encoding)?, ExecutionTarget::from_u32(target));
        match target {
            Some(ExecutionTarget::Cpu) => {}
            Some(_) => return Err(no_such_target()),
            None => return Err(Refusal::argument("no such execution target")),
        }
        let mut parts: [&[u8]; PARTS] = [&[]; PARTS];
        let Some(parts) = parts.get_mut(..builder_count) else {
            return Err(Refusal::too_large(format!(
                "a model may have {PARTS} parts"
            )));
        };
        let mut bytes = 0_usize;
        for (index, part) in parts.iter_mut().enumerate() {
            *part = builder(&memory, builders, index)?;
            // Parts may overlap: their sum has no other bound.
            bytes = bytes.saturating_add(part.len()).min(MODEL_BYTES + 1);
        }
        host.nn.admit(bytes)?;
        record(host, |tape| parts.iter().for_each(|part| tape.input(part)));
        let graph = offered(&*host.services)?.load(encoding, parts, Origin::Guest)?;
        let handle = host.nn.add_graph(graph, bytes);
        record(host, |tape| tape.scalar(u64::from(handle)));
        memory.store_u32(return_graph, handle)?;
        Ok(())
    }))
}

/// `load_by_name`: the model that the embedder registered under this name. `NotFound` when
/// there is none.
pub fn load_by_name<G: Guest>(
    guest: &mut G,
    name: usize,
    name_size: usize,
    return_graph: usize,
) -> Result<u32, G::Trap> {
    Ok(answer(guest, "wasi_ephemeral_nn_load_by_name", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_graph, 4)?;
        let name = memory.read(name, name_size)?;
        if name.len() > NAME_BYTES {
            return Err(Refusal::too_large(format!(
                "a model's name may have {NAME_BYTES} bytes"
            )));
        }
        record(host, |tape| tape.input(name));
        let name = std::str::from_utf8(name)
            .map_err(|_| Refusal::argument("the model's name is not UTF-8"))?;
        host.nn.admit(0)?;
        let graph = offered(&*host.services)?.named(name)?;
        let handle = host.nn.add_graph(graph, 0);
        record(host, |tape| tape.scalar(u64::from(handle)));
        memory.store_u32(return_graph, handle)?;
        Ok(())
    }))
}

/// `init_execution_context`: a context of a graph. `InvalidArgument` when there is no such
/// graph, `TooLarge` beyond the limits on contexts.
pub fn init_execution_context<G: Guest>(
    guest: &mut G,
    graph: u32,
    return_context: usize,
) -> Result<u32, G::Trap> {
    const NAME: &str = "wasi_ephemeral_nn_init_execution_context";
    Ok(answer(guest, NAME, |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_context, 4)?;
        record(host, |tape| tape.scalar(u64::from(graph)));
        let handle = host.nn.add_context(graph)?;
        record(host, |tape| tape.scalar(u64::from(handle)));
        memory.store_u32(return_context, handle)?;
        Ok(())
    }))
}

fn kind(encoding: u32) -> Result<GraphEncoding, Refusal> {
    GraphEncoding::from_u32(encoding)
        .ok_or_else(|| Refusal::new(NnErrno::InvalidEncoding, "no such graph encoding"))
}

#[cold]
fn no_such_target() -> Refusal {
    Refusal::new(
        NnErrno::UnsupportedOperation,
        "models run on the processor here: ask for the target cpu",
    )
}

/// The part with this index of an array of addresses and lengths.
fn builder(memory: &impl GuestMemory, builders: usize, index: usize) -> Result<&[u8], OutOfBounds> {
    let width = memory.size_width();
    let at = builders.checked_add(index * 2 * width).ok_or(OutOfBounds)?;
    let address = memory.load_size(at)?;
    let length = memory.load_size(at.checked_add(width).ok_or(OutOfBounds)?)?;
    memory.read(address, length)
}
