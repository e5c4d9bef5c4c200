//! Environment variables, and arguments, of which there are none.

use super::errno;
use crate::abi::Errno;
use crate::{Guest, GuestMemory, OutOfBounds};

/// Variables as WASI hands them out: `NAME=value` and NUL, one after the other.
#[derive(Debug, Default)]
pub(super) struct Environment {
    text: Vec<u8>,
    /// Where each variable begins in `text`.
    starts: Vec<usize>,
}

impl Environment {
    pub(super) fn new(variables: &[(String, String)]) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                continue;
            }
            environment.starts.push(environment.text.len());
            environment
                .text
                .extend_from_slice(format!("{name}={value}\0").as_bytes());
        }
        environment
    }
}

/// `environ_sizes_get`: number of variables, and bytes that they take with their NULs.
pub fn environ_sizes_get<G: Guest>(
    guest: &mut G,
    return_count: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    let (mut memory, host) = guest.split();
    let environment = &host.wasi.environment;
    Ok(errno(store_sizes(
        &mut memory,
        return_count,
        return_size,
        environment,
    )))
}

/// `environ_get`: a pointer to each variable at `environ`, the variables at `buffer`.
pub fn environ_get<G: Guest>(guest: &mut G, environ: usize, buffer: usize) -> Result<u32, G::Trap> {
    let (mut memory, host) = guest.split();
    Ok(errno(store(
        &mut memory,
        environ,
        buffer,
        &host.wasi.environment,
    )))
}

/// `args_sizes_get`: none and nothing.
pub fn args_sizes_get<G: Guest>(
    guest: &mut G,
    return_count: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    let (mut memory, _) = guest.split();
    Ok(errno(store_sizes(
        &mut memory,
        return_count,
        return_size,
        &Environment::default(),
    )))
}

/// `args_get`: writes nothing, as there are no arguments.
pub fn args_get<G: Guest>(_: &mut G, _argv: usize, _buffer: usize) -> Result<u32, G::Trap> {
    Ok(Errno::Success as u32)
}

fn store_sizes(
    memory: &mut impl GuestMemory,
    return_count: usize,
    return_size: usize,
    environment: &Environment,
) -> Result<(), Errno> {
    memory.store_size(return_count, environment.starts.len())?;
    memory.store_size(return_size, environment.text.len())?;
    Ok(())
}

fn store(
    memory: &mut impl GuestMemory,
    pointers: usize,
    buffer: usize,
    environment: &Environment,
) -> Result<(), Errno> {
    let width = memory.size_width();
    // Both ranges are checked before either is written.
    memory.write(pointers, environment.starts.len() * width)?;
    memory
        .write(buffer, environment.text.len())?
        .copy_from_slice(&environment.text);
    for (index, start) in environment.starts.iter().enumerate() {
        let place = pointers.checked_add(index * width).ok_or(OutOfBounds)?;
        memory.store_size(place, buffer.checked_add(*start).ok_or(OutOfBounds)?)?;
    }
    Ok(())
}
