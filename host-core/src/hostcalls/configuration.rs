//! Calls that only ABI 0.1.0 has.

use super::call::{enter, give};
use crate::abi::{Callback, StreamType};
use crate::{Guest, Host};

/// `proxy_get_configuration` (0.1.0): the VM's configuration during `proxy_on_vm_start`,
/// else the plugin's.
pub fn proxy_get_configuration<G: Guest>(
    guest: &mut G,
    return_data: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    fn configuration(host: &Host) -> &[u8] {
        if host.running == Some(Callback::VmStart) {
            &host.vm.configuration
        } else {
            host.effective_root()
                .map_or(&[], |root| &root.settings.configuration)
        }
    }
    enter(guest, "proxy_get_configuration", |guest| {
        let size = configuration(guest.host()).len();
        give(guest, size, return_data, return_size, |host, place| {
            place.copy_from_slice(configuration(host));
        })
    })
}

/// `proxy_continue_request` (0.1.0): `proxy_continue_stream` of the request.
pub fn proxy_continue_request<G: Guest>(guest: &mut G) -> Result<u32, G::Trap> {
    super::proxy_continue_stream(guest, StreamType::HttpRequest as u32)
}

/// `proxy_continue_response` (0.1.0): `proxy_continue_stream` of the response.
pub fn proxy_continue_response<G: Guest>(guest: &mut G) -> Result<u32, G::Trap> {
    super::proxy_continue_stream(guest, StreamType::HttpResponse as u32)
}

/// `proxy_clear_route_cache` (0.1.0): choose the route again from the changed headers.
pub fn proxy_clear_route_cache<G: Guest>(guest: &mut G) -> Result<u32, G::Trap> {
    enter(guest, "proxy_clear_route_cache", |guest| {
        guest.host().effective_stream_mut()?.route_cache_cleared = true;
        Ok(())
    })
}
