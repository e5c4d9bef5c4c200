//! The page's script and the policy that lets it run, and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

/// Sorting, filters, pages of long tables, copying and downloading. The page is whole
/// without it.
pub(super) const SCRIPT: &str = include_str!("../../templates/report.js");

/// The content security policy: no network, this one script, styles of the page.
pub(super) fn policy() -> String {
    let hash = BASE64.encode(Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; \
         img-src data:; base-uri 'none'; form-action 'none'"
    )
}
