//! TLS of listeners.

use super::super::field::Field;
use super::super::{ConfigError, DownstreamTls};

/// What a listener speaks beneath its protocol.
pub(super) enum Tls {
    /// Plain text.
    None,
    /// TLS with a certificate that is here.
    Here(DownstreamTls),
    /// TLS or another transport that is not to be had here, as noted.
    Elsewhere,
}

/// TLS of a filter chain.
pub(super) fn downstream(chain: &Field<'_>) -> Result<Tls, ConfigError> {
    let Some(socket) = chain.get("transport_socket")? else {
        return Ok(Tls::None);
    };
    let config = socket.need("typed_config")?;
    let kind = config.text_or_empty("@type")?;
    if kind.ends_with(".RawBuffer") {
        return Ok(Tls::None);
    }
    if !kind.ends_with(".DownstreamTlsContext") {
        socket.note("is no TLS, so its listener is left out");
        return Ok(Tls::Elsewhere);
    }
    config.only(&["@type", "common_tls_context", "require_client_certificate"])?;
    if config.flag("require_client_certificate")? {
        return Err(config.need("require_client_certificate")?.error(
            "clients' certificates are not asked for here, so that everybody would be let in",
            "take the line out to serve everybody, or the listener to serve nobody",
        ));
    }
    let context = config.need("common_tls_context")?;
    context.only(&["tls_certificates"])?;
    let certificates = context.list("tls_certificates")?;
    let Some((certificate, others)) = certificates.split_first() else {
        context.note("has no `tls_certificates`, so its listener is left out");
        return Ok(Tls::Elsewhere);
    };
    others
        .iter()
        .for_each(|other| other.note("is left out: one certificate is read"));
    certificate.only(&["certificate_chain", "private_key"])?;
    let file = |name| certificate.need(name)?.get("filename");
    let (Some(chain), Some(key)) = (file("certificate_chain")?, file("private_key")?) else {
        certificate.note("is not in files, so its listener is left out");
        return Ok(Tls::Elsewhere);
    };
    Ok(Tls::Here(DownstreamTls {
        certificate_chain: chain.path()?,
        private_key: key.path()?,
    }))
}
