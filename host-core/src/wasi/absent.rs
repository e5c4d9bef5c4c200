//! Functions of WASI for which a filter has no use: they answer an error number.
//!
//! Descriptors 0 to 2 exist and cannot do this (`NOSYS`); any other descriptor does not
//! exist (`BADF`), which also tells a C library that there are no preopened directories.

use crate::Guest;
use crate::abi::Errno;

fn refusal(fd: u32) -> u32 {
    if fd <= 2 {
        Errno::Nosys as u32
    } else {
        Errno::Badf as u32
    }
}

macro_rules! of_descriptor {
    ($($name:ident($fd:ident $(, $argument:ident: $type:ty)*);)*) => {$(
        #[doc = concat!("`", stringify!($name), "`: `NOSYS` for descriptors 0 to 2, else `BADF`.")]
        #[allow(clippy::too_many_arguments)]
        pub fn $name<G: Guest>(_: &mut G, $fd: u32 $(, $argument: $type)*) -> Result<u32, G::Trap> {
            $(let _ = $argument;)*
            Ok(refusal($fd))
        }
    )*};
}

of_descriptor! {
    fd_read(fd, vectors: usize, vector_count: usize, return_size: usize);
    fd_pread(fd, vectors: usize, vector_count: usize, offset: u64, return_size: usize);
    fd_pwrite(fd, vectors: usize, vector_count: usize, offset: u64, return_size: usize);
    fd_close(fd);
    fd_seek(fd, offset: u64, whence: u32, return_offset: usize);
    fd_tell(fd, return_offset: usize);
    fd_sync(fd);
    fd_datasync(fd);
    fd_advise(fd, offset: u64, length: u64, advice: u32);
    fd_allocate(fd, offset: u64, length: u64);
    fd_renumber(fd, to: u32);
    fd_fdstat_set_flags(fd, flags: u32);
    fd_fdstat_set_rights(fd, base: u64, inheriting: u64);
    fd_filestat_get(fd, return_stat: usize);
    fd_filestat_set_size(fd, length: u64);
    fd_filestat_set_times(fd, accessed: u64, modified: u64, flags: u32);
    sock_accept(fd, flags: u32, return_fd: usize);
    sock_recv(fd, vectors: usize, vector_count: usize, flags: u32, return_size: usize, return_flags: usize);
    sock_send(fd, vectors: usize, vector_count: usize, flags: u32, return_size: usize);
    sock_shutdown(fd, how: u32);
}

macro_rules! of_directory {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {$(
        #[doc = concat!("`", stringify!($name), "`: `BADF`, as there are no directories.")]
        #[allow(clippy::too_many_arguments)]
        pub fn $name<G: Guest>(_: &mut G $(, $argument: $type)*) -> Result<u32, G::Trap> {
            $(let _ = $argument;)*
            Ok(Errno::Badf as u32)
        }
    )*};
}

of_directory! {
    fd_prestat_get(fd: u32, return_prestat: usize);
    fd_prestat_dir_name(fd: u32, path: usize, path_size: usize);
    fd_readdir(fd: u32, buffer: usize, length: usize, cookie: u64, return_size: usize);
    path_create_directory(fd: u32, path: usize, path_size: usize);
    path_filestat_get(fd: u32, flags: u32, path: usize, path_size: usize, return_stat: usize);
    path_filestat_set_times(fd: u32, flags: u32, path: usize, path_size: usize, accessed: u64, modified: u64, which: u32);
    path_link(from: u32, flags: u32, old: usize, old_size: usize, to: u32, new: usize, new_size: usize);
    path_open(fd: u32, lookup: u32, path: usize, path_size: usize, open: u32, base: u64, inheriting: u64, flags: u32, return_fd: usize);
    path_readlink(fd: u32, path: usize, path_size: usize, buffer: usize, length: usize, return_size: usize);
    path_remove_directory(fd: u32, path: usize, path_size: usize);
    path_rename(from: u32, old: usize, old_size: usize, to: u32, new: usize, new_size: usize);
    path_symlink(old: usize, old_size: usize, fd: u32, new: usize, new_size: usize);
    path_unlink_file(fd: u32, path: usize, path_size: usize);
}

/// `proc_raise`: `NOSYS`, as there are no signals.
pub fn proc_raise<G: Guest>(_: &mut G, _signal: u32) -> Result<u32, G::Trap> {
    Ok(Errno::Nosys as u32)
}
