//! The whole file.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use host_core::abi::LogLevel;

use super::field::{Field, Source};
use super::node::{Node, Value};
use super::plugin::{Defaults, plugin};
use super::{Config, ConfigError, WasmService, cluster, envoy, listener};

const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

impl Config {
    /// Reads a file; `runtime` is the runtime of every plugin, whatever the file says.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and what to do.
    pub fn read(file: &Path, runtime: Option<&str>) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file).map_err(|error| ConfigError {
            file: file.to_path_buf(),
            line: 0,
            path: "the file".to_owned(),
            what: format!("cannot be read: {error}"),
            remedy: "give a YAML file, see docs/proxy.md".to_owned(),
        })?;
        Self::parse(&text, file, runtime)
    }

    /// Reads a text as if it stood in `file`.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str, file: &Path, runtime: Option<&str>) -> Result<Self, ConfigError> {
        let node: Node = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(0, |location| location.line());
            let text = error.without_snippet().to_string();
            ConfigError {
                file: file.to_path_buf(),
                line,
                path: "the file".to_owned(),
                what: format!("is not YAML: {}", text.lines().next().unwrap_or_default()),
                remedy: "correct that line".to_owned(),
            }
        })?;
        let is_envoy = matches!(&node.value, Value::Map(fields)
            if fields.iter().any(|(name, _)| name == "static_resources"));
        let source = Source {
            file,
            lenient: is_envoy,
            notes: RefCell::default(),
        };
        let top = Field::top(&source, &node);
        let defaults = Defaults { runtime };
        let mut config = if is_envoy {
            of_envoy(&top, defaults)?
        } else {
            own(&top, defaults)?
        };
        let mut notes = source.notes.take();
        notes.sort_by_key(|(line, _)| *line);
        config.notes = notes.into_iter().map(|(_, note)| note).collect();
        if config.listeners.is_empty() && config.services.is_empty() {
            if is_envoy && !config.notes.is_empty() {
                let what = "no listener of it can be served here";
                let notes = config.notes.join("\n  ");
                return Err(top.error(format!("{what}:\n  {notes}"), "see docs/proxy.md"));
            }
            return Err(top.error("it has no listener", "give one under `listeners`"));
        }
        config.file = file.to_path_buf();
        Ok(config)
    }
}

fn own(top: &Field<'_>, defaults: Defaults<'_>) -> Result<Config, ConfigError> {
    top.only(&[
        "workers",
        "admin",
        "drain_timeout",
        "log_level",
        "listeners",
        "clusters",
        "wasm_services",
    ])?;
    let clusters = cluster::clusters(top)?;
    let mut services = Vec::new();
    for field in top.list("wasm_services")? {
        field.only(&["singleton", "config"])?;
        services.push(WasmService {
            plugin: plugin(&field.need("config")?, defaults)?,
            singleton: field.flag("singleton")?,
        });
    }
    let config = Config {
        file: std::path::PathBuf::new(),
        workers: workers(top)?,
        admin: admin(top)?,
        drain_timeout: top.some_time_or("drain_timeout", DRAIN_TIMEOUT)?,
        log_level: log_level(top)?,
        listeners: listener::listeners(top, &clusters, defaults)?,
        clusters,
        services,
        notes: Vec::new(),
    };
    Ok(config)
}

fn of_envoy(top: &Field<'_>, defaults: Defaults<'_>) -> Result<Config, ConfigError> {
    top.only(&["static_resources", "admin", "bootstrap_extensions"])?;
    let resources = top.need("static_resources")?;
    resources.only(&["listeners", "clusters"])?;
    let clusters = cluster::clusters(&resources)?;
    Ok(Config {
        file: std::path::PathBuf::new(),
        workers: default_workers(),
        admin: admin(top)?,
        drain_timeout: DRAIN_TIMEOUT,
        log_level: LogLevel::Info,
        listeners: envoy::listeners(&resources, &clusters, defaults)?,
        clusters,
        services: envoy::services(top, defaults)?,
        notes: Vec::new(),
    })
}

fn admin(top: &Field<'_>) -> Result<Option<std::net::SocketAddr>, ConfigError> {
    let Some(admin) = top.get("admin")? else {
        return Ok(None);
    };
    admin.only(&["address"])?;
    if top.source.lenient {
        let Some(address) = admin.get("address")? else {
            admin.note("has no address and is left out");
            return Ok(None);
        };
        if address.endpoint_or_note()?.is_none() {
            return Ok(None);
        }
    }
    admin.need("address")?.address().map(Some)
}

fn log_level(top: &Field<'_>) -> Result<LogLevel, ConfigError> {
    let Some(field) = top.get("log_level")? else {
        return Ok(LogLevel::Info);
    };
    Ok(match field.text()?.as_str() {
        "trace" => LogLevel::Trace,
        "debug" => LogLevel::Debug,
        "info" => LogLevel::Info,
        "warning" | "warn" => LogLevel::Warn,
        "error" => LogLevel::Error,
        "critical" => LogLevel::Critical,
        other => {
            return Err(field.error(
                format!("`{other}` is no level"),
                "use trace, debug, info, warning, error or critical",
            ));
        }
    })
}

fn workers(top: &Field<'_>) -> Result<usize, ConfigError> {
    top.get("workers")?.map_or(Ok(default_workers()), |field| {
        field.number(1, 1024).map(|number| number as usize)
    })
}

fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
