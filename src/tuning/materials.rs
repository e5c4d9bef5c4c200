//! What every candidate is given: traffic in two parts, configuration, models.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use workloads::{Exchange, MAX_TRAFFIC_BYTES, Workload, parse_traffic, write_json_lines};

use super::tool::quoted;
use crate::cli::TuneArgs;
use crate::error::Error;
use crate::trial::{ModelFile, Source};

/// Traffic, configuration and models, in files that children read.
#[derive(Debug, Clone)]
pub(super) struct Materials {
    /// Name of the workload, for people.
    pub(super) name: String,
    root_id: String,
    config: PathBuf,
    search: PathBuf,
    held_out: PathBuf,
    models: Vec<ModelFile>,
    /// All of the traffic, and what else a person needs to measure again.
    whole: PathBuf,
    /// Exchanges of the search and those held out.
    pub(super) exchanges: (usize, usize),
    /// What a reader must know.
    pub(super) cautions: Vec<String>,
}

/// Files of a person, or kept for one, with which a module is measured again.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) requests: PathBuf,
    pub(super) config: Option<PathBuf>,
    pub(super) root_id: String,
    pub(super) models: Vec<ModelFile>,
}

/// As a shell takes them.
impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |path: &Path| quoted(&path.display().to_string());
        write!(f, "--requests {}", path(&self.requests))?;
        if let Some(config) = &self.config {
            write!(f, " --config {}", path(config))?;
        }
        if !self.root_id.is_empty() {
            write!(f, " --root-id {}", quoted(&self.root_id))?;
        }
        for model in &self.models {
            let pair = format!("{}={}", model.name, model.file.display());
            write!(f, " --model {}", quoted(&pair))?;
        }
        Ok(())
    }
}

/// Which part of the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Search,
    HeldOut,
}

struct Given {
    name: String,
    root_id: String,
    configuration: Vec<u8>,
    exchanges: Vec<Exchange>,
    models: Vec<(String, Vec<u8>)>,
    cautions: Vec<String>,
}

impl Materials {
    /// Writes what was asked for into `folder`.
    ///
    /// # Errors
    /// When a name is unknown or a file is not what it should be.
    pub(super) fn new(
        arguments: &TuneArgs,
        built_in: Option<&Workload>,
        folder: &Path,
    ) -> Result<Self, Error> {
        let given = match (built_in, &arguments.requests) {
            (Some(workload), _) => of_workload(workload),
            (None, Some(requests)) => of_files(arguments, requests)?,
            (None, None) => return Err(Error::NothingToRun),
        };
        let write = |name: &str, bytes: &[u8]| -> Result<PathBuf, Error> {
            let path = folder.join(name);
            let cannot = Error::io(&path, "write", "check space and permissions");
            fs::write(&path, bytes).map_err(cannot)?;
            Ok(path)
        };
        let mut cautions = given.cautions;
        let (search, held_out) = split(&given.exchanges);
        if given.exchanges.len() < 2 {
            cautions.push(
                "There is one exchange only: it served both the search and the confirmation."
                    .to_owned(),
            );
        }
        let mut models = Vec::new();
        for (index, (name, bytes)) in given.models.into_iter().enumerate() {
            let file = write(&format!("model-{index}.onnx"), &bytes)?;
            models.push(ModelFile { name, file });
        }
        Ok(Materials {
            name: given.name,
            root_id: given.root_id,
            config: write("config", &given.configuration)?,
            search: write("search.jsonl", write_json_lines(&search).as_bytes())?,
            held_out: write("held-out.jsonl", write_json_lines(&held_out).as_bytes())?,
            models,
            whole: write(
                "requests.jsonl",
                write_json_lines(&given.exchanges).as_bytes(),
            )?,
            exchanges: (search.len(), held_out.len()),
            cautions,
        })
    }

    /// Copies traffic, configuration and models to a folder where they stay, and answers the
    /// options of `pwbench run` that name them there.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn keep(&self, folder: &Path) -> Result<Options, Error> {
        const REMEDY: &str = "check space and permissions";
        fs::create_dir_all(folder).map_err(Error::io(folder, "make the folder", REMEDY))?;
        let copy = |from: &Path| -> Result<PathBuf, Error> {
            let to = folder.join(from.file_name().unwrap_or_default());
            fs::copy(from, &to).map_err(Error::io(&to, "write", REMEDY))?;
            Ok(to)
        };
        let models = self.models.iter().map(|model| {
            Ok(ModelFile {
                name: model.name.clone(),
                file: copy(&model.file)?,
            })
        });
        Ok(Options {
            requests: copy(&self.whole)?,
            config: Some(copy(&self.config)?),
            root_id: self.root_id.clone(),
            models: models.collect::<Result<_, Error>>()?,
        })
    }

    /// A module with this configuration and a part of the traffic.
    pub(super) fn workload(&self, module: &Path, part: Part) -> Source {
        Source::Files {
            module: module.to_path_buf(),
            config: Some(self.config.clone()),
            requests: match part {
                Part::Search => self.search.clone(),
                Part::HeldOut => self.held_out.clone(),
            },
            native_twin: None,
            root_id: self.root_id.clone(),
            models: self.models.clone(),
        }
    }
}

fn of_workload(workload: &Workload) -> Given {
    let mut cautions = Vec::new();
    if workload
        .inference
        .as_deref()
        .is_some_and(|name| name != "tract")
    {
        cautions.push("Models were computed by tract, whatever the variant asks for.".to_owned());
    }
    Given {
        name: workload.name.clone(),
        root_id: workload.root_id.clone(),
        configuration: workload.configuration.clone(),
        exchanges: workload.exchanges.clone(),
        models: workload
            .models
            .iter()
            .map(|model| (model.name.clone(), model.bytes.to_vec()))
            .collect(),
        cautions,
    }
}

fn of_files(arguments: &TuneArgs, requests: &Path) -> Result<Given, Error> {
    let read = |path: &Path| fs::read(path).map_err(Error::io(path, "read", "check the path"));
    let too_large = fs::metadata(requests).is_ok_and(|data| data.len() > MAX_TRAFFIC_BYTES);
    if too_large {
        return Err(Error::Workload(workloads::WorkloadError::TooLarge {
            file: requests.to_path_buf(),
            what: "traffic",
            limit: MAX_TRAFFIC_BYTES,
        }));
    }
    let exchanges = parse_traffic(&requests.display().to_string(), &read(requests)?)
        .map_err(workloads::WorkloadError::from)?;
    let mut models = Vec::new();
    for model in &arguments.models {
        models.push((model.name.clone(), read(&model.file)?));
    }
    let stem = requests
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    Ok(Given {
        name: stem.unwrap_or_default(),
        root_id: arguments.root_id.clone(),
        configuration: match &arguments.config {
            Some(config) => read(config)?,
            None => Vec::new(),
        },
        exchanges,
        models,
        cautions: Vec::new(),
    })
}

/// The same parts for the same traffic, and no rhythm that the traffic could share: which part
/// an exchange is in hangs on a digest of its place and id.
fn split(exchanges: &[Exchange]) -> (Vec<Exchange>, Vec<Exchange>) {
    let is_held_out = |(index, exchange): (usize, &Exchange)| {
        let mut digest = Sha256::new();
        digest.update((index as u64).to_le_bytes());
        digest.update(exchange.id.as_bytes());
        digest.finalize()[0] & 1 == 1
    };
    let held: Vec<bool> = exchanges.iter().enumerate().map(is_held_out).collect();
    let part = |wanted: bool| -> Vec<Exchange> {
        let zipped = exchanges.iter().zip(&held);
        let own = zipped.filter(|(_, held)| **held == wanted);
        own.map(|(exchange, _)| exchange.clone()).collect()
    };
    let (search, held_out) = (part(false), part(true));
    match exchanges.len() {
        // Chance has put all on one side: take turns.
        2.. if search.is_empty() || held_out.is_empty() => {
            let turn = |odd: usize| {
                let own = exchanges
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| index % 2 == odd);
                own.map(|(_, exchange)| exchange.clone()).collect()
            };
            (turn(0), turn(1))
        }
        0 | 1 => (exchanges.to_vec(), exchanges.to_vec()),
        _ => (search, held_out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(count: usize) -> Vec<Exchange> {
        let lines: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"id":"e{n}","request":{{"method":"GET","path":"/{n}"}}}}"#))
            .collect();
        workloads::parse_json_lines("test", lines.join("\n").as_bytes()).expect("traffic")
    }

    #[test]
    fn the_parts_are_disjoint_whole_and_the_same_every_time() {
        let all = traffic(200);
        let (search, held_out) = split(&all);
        assert_eq!(search.len() + held_out.len(), 200);
        assert!(search.len() > 70 && held_out.len() > 70);
        assert!(!search.iter().any(|one| held_out.contains(one)));
        assert_eq!(split(&all), (search, held_out));
    }

    #[test]
    fn no_part_is_ever_empty() {
        for count in 1..12 {
            let (search, held_out) = split(&traffic(count));
            assert!(!search.is_empty() && !held_out.is_empty(), "{count}");
        }
    }
}
