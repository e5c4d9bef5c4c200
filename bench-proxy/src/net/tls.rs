//! TLS, by rustls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{}: {reason}; give a file in PEM form", file.display())]
    File { file: PathBuf, reason: String },
    #[error("certificate and key do not work together: {0}; give the key of the first certificate")]
    Pair(rustls::Error),
    #[error("`{0}` is no name that a certificate can have; give `sni`")]
    Name(String),
}

fn file(file: &Path, error: &rustls::pki_types::pem::Error) -> TlsError {
    TlsError::File {
        file: file.to_path_buf(),
        reason: error.to_string(),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|error| file(path, &error))?
        .collect();
    let found = found.map_err(|error| file(path, &error))?;
    if found.is_empty() {
        return Err(TlsError::File {
            file: path.to_path_buf(),
            reason: "no certificate in it".to_owned(),
        });
    }
    Ok(found)
}

/// The server's side; `protocols` are offered in this order.
///
/// # Errors
/// A file that cannot be read or used.
pub(crate) fn server_config(
    chain: &Path,
    key: &Path,
    protocols: &[&[u8]],
) -> Result<Arc<ServerConfig>, TlsError> {
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| file(key, &error))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates(chain)?, key)
        .map_err(TlsError::Pair)?;
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// The client's side: trusts the certificates in `trusted`.
///
/// # Errors
/// A file that cannot be read or used.
pub(crate) fn client_config(
    trusted: &Path,
    protocols: &[&[u8]],
) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(trusted)? {
        roots.add(certificate).map_err(|error| TlsError::File {
            file: trusted.to_path_buf(),
            reason: error.to_string(),
        })?;
    }
    let mut config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// The name to ask for and check.
///
/// # Errors
/// A name that no certificate can have.
pub(crate) fn server_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| TlsError::Name(name.to_owned()))
}
