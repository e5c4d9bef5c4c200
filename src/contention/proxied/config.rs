//! The proxy's configuration.

use std::fs;
use std::path::{Path, PathBuf};

use reports::Cell;
use serde_json::json;
use workloads::NativeTwin;

use super::Contest;
use crate::contention::cells::Contender;
use crate::error::Error;
use crate::experiment::Field;
use crate::trial::Failed;

/// A workload's files.
pub(super) struct Workloads {
    name: String,
    variant: String,
    root_id: String,
    configuration: String,
    module: PathBuf,
    /// The native twin, where there is one.
    twin: Option<PathBuf>,
}

impl Workloads {
    /// Whether a cell is of this workload.
    pub(super) fn is_of(&self, cell: &Cell) -> bool {
        self.name == cell.workload && self.variant == cell.variant
    }
}

/// Writes the workloads' modules into a folder, from where the proxy reads them.
pub(super) fn write(folder: &Path, field: &Field) -> Result<Vec<Workloads>, Error> {
    let mut written = Vec::new();
    for (number, (_, workload)) in field.workloads.iter().enumerate() {
        let file = |ending: &str, bytes: &[u8]| {
            let path = folder.join(format!("module-{number}.{ending}"));
            fs::write(&path, bytes).map_err(Error::io(
                &path,
                "write",
                "check space and permissions",
            ))?;
            Ok::<_, Error>(path)
        };
        written.push(Workloads {
            name: workload.name.clone(),
            variant: workload.variant.clone(),
            root_id: workload.root_id.clone(),
            configuration: String::from_utf8_lossy(&workload.configuration).into_owned(),
            module: file("wasm", &workload.module)?,
            twin: match &workload.twin {
                NativeTwin::Available { library } => Some(file("so", library)?),
                NativeTwin::Unavailable { .. } => None,
            },
        });
    }
    Ok(written)
}

/// The configuration of a proxy with one filter; JSON, which is YAML.
pub(super) fn proxy(
    workload: &Workloads,
    contest: &Contest,
    cell: &Contender,
    upstream: &str,
) -> Result<String, Failed> {
    let subject = &cell.passed.subject;
    let module = match subject.runtime == crate::NATIVE {
        true => workload.twin.as_ref(),
        false => Some(&workload.module),
    };
    let module = module.ok_or_else(|| Failed::error("the workload has no native twin"))?;
    let mut vm = json!({
        "vm_id": workload.name,
        "runtime": subject.runtime,
        "code": { "local": { "filename": module } },
    });
    if let Some(artifact) = &subject.artifact {
        vm["precompiled"] = json!({ "filename": artifact });
        vm["allow_precompiled"] = json!(true);
    }
    let mut filter = json!({
        "name": workload.name,
        "root_id": workload.root_id,
        "isolation": cell.cell.isolation,
        "vm_config": vm,
        "configuration": workload.configuration,
    });
    if let Some(deadline) = contest.deadline {
        filter["limits"] = json!({ "deadline": format!("{}ms", deadline.as_millis()) });
    }
    let config = json!({
        "workers": cell.cell.threads,
        "admin": { "address": "127.0.0.1:0" },
        "log_level": "critical",
        "listeners": [{
            "name": "web",
            "address": "127.0.0.1:0",
            "codec": "http1",
            "routes": [{ "match": { "prefix": "/" }, "route": { "cluster": "upstream" } }],
            "http_filters": [filter],
        }],
        "clusters": [{ "name": "upstream", "endpoints": [upstream] }],
    });
    serde_json::to_string_pretty(&config).map_err(Failed::error)
}
