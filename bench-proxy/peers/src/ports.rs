//! Ports that nobody listens on.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// So many different ports of 127.0.0.1 that are free at this moment.
pub(crate) fn free(count: usize) -> io::Result<Vec<u16>> {
    // All are held before any is let go, so that none comes twice.
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<io::Result<_>>()?;
    held.iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_different_and_can_be_listened_on() {
        let mut ports = free(8).expect("ports");
        TcpListener::bind((Ipv4Addr::LOCALHOST, ports[0])).expect("free");
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 8);
    }
}
