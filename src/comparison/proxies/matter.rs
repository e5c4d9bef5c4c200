//! From the command line to two configurations and their traffic.

use std::path::PathBuf;

use workloads::Exchange;

use crate::cli::CompareArgs;
use crate::error::Error;

/// Two configurations and what they are loaded with.
#[derive(Debug)]
pub(crate) struct ProxyMatter {
    /// The base, then the new one.
    pub(crate) files: [PathBuf; 2],
    /// Name of the traffic in tables.
    pub(crate) label: String,
    pub(crate) traffic: Vec<Exchange>,
    /// Options that tell the upstream of it.
    pub(crate) options: Vec<String>,
    pub(crate) connections: usize,
    /// Whether both must answer with the same statuses.
    pub(crate) alike: bool,
}

impl ProxyMatter {
    /// Reads them; `None` when the sides are no proxies.
    ///
    /// # Errors
    /// One configuration alone, one that is not valid, or traffic that cannot be read.
    pub(crate) fn of(arguments: &CompareArgs) -> Result<Option<Self>, Error> {
        let files = match &arguments.proxy_config[..] {
            [] => return Ok(None),
            [base, new] => [base.clone(), new.clone()],
            given => {
                return Err(Error::Sides(format!(
                    "--proxy-config is given {} times; give it twice, first the base, then the new one",
                    given.len()
                )));
            }
        };
        for file in &files {
            let mut config = bench_proxy::Config::read(file, None)?;
            if !config.listen_at(([127, 0, 0, 1], 0).into()) {
                return Err(Error::NoHttpListener { file: file.clone() });
            }
        }
        let (label, traffic, options) = match (&arguments.requests, &arguments.workload[..]) {
            (Some(file), _) => {
                let shown = file.display().to_string();
                let options = vec!["--requests".to_owned(), shown.clone()];
                (shown, workloads::read_traffic(file)?, options)
            }
            (None, [name]) => {
                let options = vec!["--workload".to_owned(), name.clone()];
                (name.clone(), workloads::find(name)?.exchanges, options)
            }
            (None, _) => {
                return Err(Error::Sides(
                    "--proxy-config takes the traffic of one workload; give --workload once"
                        .to_owned(),
                ));
            }
        };
        Ok(Some(Self {
            files,
            label,
            traffic,
            options,
            connections: arguments.connections,
            alike: !arguments.other_outcomes,
        }))
    }
}
