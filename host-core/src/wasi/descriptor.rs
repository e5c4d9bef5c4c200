//! Descriptors 1 and 2, which are logs.

use super::errno;
use crate::abi::Errno;
use crate::{Guest, GuestMemory, OutOfBounds};

const STDOUT: u32 = 1;
const STDERR: u32 = 2;

/// Pieces that one write may have, as `IOV_MAX` elsewhere.
const PIECES: usize = 1_024;
/// Bytes that one write takes; of more, the rest is not written and the guest is told.
const LONGEST_WRITE: usize = 1 << 20;

/// `fd_write`: to the log, level info for descriptor 1 and level error for descriptor 2.
/// `BADF` for others, `INVAL` for more than 1,024 pieces, `FAULT` when a piece lies outside
/// memory; nothing is then written.
pub fn fd_write<G: Guest>(
    guest: &mut G,
    fd: u32,
    vectors: usize,
    vector_count: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    let (mut memory, host) = guest.split();
    if fd != STDOUT && fd != STDERR {
        return Ok(Errno::Badf as u32);
    }
    if vector_count > PIECES {
        return Ok(Errno::Inval as u32);
    }
    let mut wasi = std::mem::replace(&mut host.wasi, super::Wasi::new(&[]));
    let lines = if fd == STDOUT {
        &mut wasi.out
    } else {
        &mut wasi.err
    };
    let result = gather(&mut memory, vectors, vector_count, return_size, |bytes| {
        lines.write(bytes, &*host.services, host.plugin_name());
    });
    host.wasi = wasi;
    Ok(errno(result))
}

pub(super) fn gather(
    memory: &mut impl GuestMemory,
    vectors: usize,
    count: usize,
    return_size: usize,
    mut write: impl FnMut(&[u8]),
) -> Result<(), Errno> {
    memory.write(return_size, memory.size_width())?;
    for index in 0..count {
        piece(memory, vectors, index)?;
    }
    let mut written = 0;
    for index in 0..count {
        let bytes = piece(memory, vectors, index)?;
        let taken = bytes.len().min(LONGEST_WRITE - written);
        write(&bytes[..taken]);
        written += taken;
    }
    memory.store_size(return_size, written)?;
    Ok(())
}

fn piece(memory: &impl GuestMemory, vectors: usize, index: usize) -> Result<&[u8], OutOfBounds> {
    let width = memory.size_width();
    let at = vectors.checked_add(index * 2 * width).ok_or(OutOfBounds)?;
    let address = memory.load_size(at)?;
    let length = memory.load_size(at.checked_add(width).ok_or(OutOfBounds)?)?;
    memory.read(address, length)
}

/// `fd_fdstat_get`: descriptors 1 and 2 are character devices that can be written, so that
/// C libraries buffer them by line. `BADF` for others.
pub fn fd_fdstat_get<G: Guest>(guest: &mut G, fd: u32, return_stat: usize) -> Result<u32, G::Trap> {
    const CHARACTER_DEVICE: u8 = 2;
    const RIGHT_FD_WRITE: u64 = 1 << 6;
    if fd != STDOUT && fd != STDERR {
        return Ok(Errno::Badf as u32);
    }
    let mut stat = [0; 24];
    stat[0] = CHARACTER_DEVICE;
    stat[8..16].copy_from_slice(&RIGHT_FD_WRITE.to_le_bytes());
    let (mut memory, _) = guest.split();
    let place = memory.write(return_stat, stat.len());
    Ok(errno(
        place
            .map(|place| place.copy_from_slice(&stat))
            .map_err(Errno::from),
    ))
}
