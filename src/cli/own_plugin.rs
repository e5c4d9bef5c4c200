//! A plugin of one's own in place of a built-in workload.

use std::path::PathBuf;

use clap::Args;

/// A plugin of one's own, with its traffic.
#[derive(Debug, Clone, Args)]
pub(crate) struct OwnPlugin {
    /// Your own plugin in place of a built-in workload
    #[arg(long, value_name = "FILE", requires = "requests")]
    pub(crate) module: Option<PathBuf>,
    /// Plugin configuration for --module, handed to it as it is
    #[arg(long, value_name = "FILE", requires = "module")]
    pub(crate) config: Option<PathBuf>,
    /// Traffic for --module: HTTP Archive (.har) or JSON lines, see docs/requests.md
    #[arg(long, value_name = "FILE", requires = "module")]
    pub(crate) requests: Option<PathBuf>,
    /// Root id for --module, for modules that hold several plugins
    #[arg(long, value_name = "ID", requires = "module", default_value = "")]
    pub(crate) root_id: String,
}
