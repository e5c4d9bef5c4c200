//! A workload folder, in this program or on the disk, and the workloads it makes.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cache::{self, Built};
use crate::catalogue::Embedded;
use crate::digest::sha256;
use crate::error::WorkloadError;
use crate::files::{
    MAX_CONFIGURATION_BYTES, MAX_MANIFEST_BYTES, MAX_MODEL_BYTES, MAX_MODULE_BYTES,
    MAX_TRAFFIC_BYTES, check_module, read,
};
use crate::manifest::{Manifest, ManifestVariant};
use crate::native_twin::NativeTwin;
use crate::traffic::parse_json_lines;
use crate::workload::{Listed, Missing, Model, Variant, Workload};

/// A folder with a `workload.toml`.
pub(crate) struct Folder {
    /// What the file says.
    pub(crate) manifest: Manifest,
    place: Place,
}

/// Where a folder's files are.
pub(crate) enum Place {
    /// In this program.
    Embedded(&'static Embedded),
    /// On the disk.
    Disk(PathBuf),
}

impl Workload {
    /// The workload of a folder with a `workload.toml`, with one of its variants; `None` is
    /// the first.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it should be, when there is no variant of
    /// the name, or when the folder does not have its module.
    pub fn from_folder(folder: &Path, variant: Option<&str>) -> Result<Self, WorkloadError> {
        Folder::on_disk(folder)?.load(variant)
    }

    /// The file of exchanges that a folder's `workload.toml` names.
    ///
    /// # Errors
    /// When its `workload.toml` cannot be read or is not what it should be.
    pub fn traffic_file(folder: &Path) -> Result<PathBuf, WorkloadError> {
        Ok(folder.join(&Folder::on_disk(folder)?.manifest.traffic))
    }
}

impl Listed {
    /// The workload of a folder as lists show it.
    ///
    /// # Errors
    /// When its `workload.toml` cannot be read or is not what it should be.
    pub fn from_folder(folder: &Path) -> Result<Self, WorkloadError> {
        Ok(Folder::on_disk(folder)?.listed())
    }
}

impl Folder {
    pub(crate) fn embedded(embedded: &'static Embedded) -> Result<Self, WorkloadError> {
        let place = Place::Embedded(embedded);
        Self::parse(embedded.manifest, place)
    }

    fn on_disk(folder: &Path) -> Result<Self, WorkloadError> {
        let file = folder.join("workload.toml");
        let bytes = read(&file, "a workload.toml", MAX_MANIFEST_BYTES)?;
        let text = String::from_utf8_lossy(&bytes);
        Self::parse(&text, Place::Disk(folder.to_path_buf()))
    }

    fn parse(text: &str, place: Place) -> Result<Self, WorkloadError> {
        let file = match &place {
            Place::Embedded(_) => PathBuf::from("workload.toml"),
            Place::Disk(folder) => folder.join("workload.toml"),
        };
        let manifest = Manifest::parse(text).map_err(|fault| WorkloadError::Manifest {
            file,
            field: fault.field,
            reason: fault.reason,
            remedy: fault.remedy,
        })?;
        Ok(Self { manifest, place })
    }

    /// Every variant there is, the default one first.
    pub(crate) fn variants(&self) -> Vec<Variant> {
        let variants = self.manifest.variants.iter();
        variants.map(|variant| self.describe(variant)).collect()
    }

    pub(crate) fn listed(&self) -> Listed {
        let traffic = self.traffic().unwrap_or_default();
        let is_line = |line: &&[u8]| !line.trim_ascii().is_empty();
        Listed {
            name: self.manifest.name.clone(),
            title: self.manifest.title.clone(),
            exchanges: traffic.split(|byte| *byte == b'\n').filter(is_line).count(),
            variants: self.variants(),
            twin: self.twin(&self.manifest.variants[0]),
        }
    }

    pub(crate) fn load(&self, name: Option<&str>) -> Result<Workload, WorkloadError> {
        let variants = &self.manifest.variants;
        let chosen = match name {
            None => &variants[0],
            Some(name) => variants
                .iter()
                .find(|variant| variant.name == name)
                .ok_or_else(|| self.no_variant(name))?,
        };
        let (module, toolchain) = self.module(chosen)?;
        let configuration = match &chosen.configuration {
            Some(path) => self.read(path, "a plugin configuration", MAX_CONFIGURATION_BYTES)?,
            None => Cow::Borrowed(&[][..]),
        };
        let mut models = Vec::new();
        for model in &self.manifest.models {
            models.push(Model {
                name: model.name.clone(),
                file: self.shown(&model.file).into(),
                bytes: self.read(&model.file, "a model", MAX_MODEL_BYTES)?,
            });
        }
        let file = self.shown(&self.manifest.traffic);
        Ok(Workload {
            name: self.manifest.name.clone(),
            title: self.manifest.title.clone(),
            description: self.manifest.description.clone(),
            root_id: self.manifest.root_id.clone(),
            configuration: configuration.into_owned(),
            exchanges: parse_json_lines(&file, &self.traffic()?)?,
            variant: chosen.name.clone(),
            language: chosen.language.clone(),
            toolchain,
            flags: all_flags(chosen),
            module_sha256: sha256(&module),
            module,
            inference: chosen.inference.clone(),
            models,
            twin: self.twin(chosen),
        })
    }

    fn no_variant(&self, name: &str) -> WorkloadError {
        let variants = self.manifest.variants.iter();
        let known: Vec<&str> = variants.map(|variant| variant.name.as_str()).collect();
        WorkloadError::UnknownVariant {
            workload: self.manifest.name.clone(),
            name: name.to_owned(),
            known: known.join(", "),
        }
    }

    /// The variant's module, and the toolchain that made it.
    fn module(
        &self,
        variant: &ManifestVariant,
    ) -> Result<(Cow<'static, [u8]>, String), WorkloadError> {
        let Some(path) = &variant.module else {
            let not_built = |missing: Missing| WorkloadError::NotBuilt {
                workload: self.manifest.name.clone(),
                variant: variant.name.clone(),
                reason: missing.reason,
                remedy: missing.remedy,
            };
            let built = self.built(variant).map_err(not_built)?;
            let bytes = built
                .read(&self.manifest.name, variant)
                .map_err(not_built)?;
            return Ok((bytes.into(), built.toolchain));
        };
        let bytes = self.read(path, "a module", MAX_MODULE_BYTES)?;
        check_module(Path::new(&self.shown(path)), &bytes)?;
        Ok((bytes, variant.toolchain.clone()))
    }

    fn built(&self, variant: &ManifestVariant) -> Result<Built, Missing> {
        match &self.place {
            Place::Embedded(embedded) => {
                let mut sources = embedded.sources.iter();
                let source = sources.find(|(name, _)| *name == variant.name);
                let source = source.map(|(_, digest)| *digest).unwrap_or_default();
                cache::built(&self.manifest.name, variant, source)
            }
            Place::Disk(folder) => Err(Missing {
                reason: "the folder has no module of it".to_owned(),
                remedy: format!(
                    "build it, e.g. with scripts/build-workloads --crate {} --out FILE, and name the file as its module",
                    folder
                        .join(variant.source.as_deref().unwrap_or(Path::new(".")))
                        .display()
                ),
            }),
        }
    }

    fn describe(&self, variant: &ManifestVariant) -> Variant {
        let (module_bytes, toolchain, missing) = match &variant.module {
            Some(path) => {
                let bytes = self.read(path, "a module", MAX_MODULE_BYTES);
                let missing = bytes.as_ref().err().map(|error| Missing {
                    reason: error.to_string(),
                    remedy: format!("correct {}", self.shown(Path::new("workload.toml"))),
                });
                let size = bytes.ok().map(|bytes| bytes.len() as u64);
                (size, variant.toolchain.clone(), missing)
            }
            None => match self.built(variant) {
                Ok(built) => (Some(built.bytes), built.toolchain, None),
                Err(missing) => (None, variant.toolchain.clone(), Some(missing)),
            },
        };
        Variant {
            name: variant.name.clone(),
            groups: variant.groups.clone(),
            language: variant.language.clone(),
            toolchain,
            flags: all_flags(variant),
            module_bytes,
            missing,
        }
    }

    /// The twin of a variant: the build makes one, of the first Rust variant.
    fn twin(&self, variant: &ManifestVariant) -> NativeTwin {
        let embedded = match &self.place {
            Place::Disk(_) => return NativeTwin::of_a_folder(),
            Place::Embedded(embedded) => embedded,
        };
        match self.manifest.twin_source() {
            Some(twin) if !twin.is_of(variant) => NativeTwin::of_other_source(&twin.name),
            _ => embedded.twin.load(),
        }
    }

    fn traffic(&self) -> Result<Cow<'static, [u8]>, WorkloadError> {
        self.read(&self.manifest.traffic, "traffic", MAX_TRAFFIC_BYTES)
    }

    fn read(
        &self,
        path: &Path,
        what: &'static str,
        limit: u64,
    ) -> Result<Cow<'static, [u8]>, WorkloadError> {
        match &self.place {
            Place::Disk(folder) => Ok(read(&folder.join(path), what, limit)?.into()),
            Place::Embedded(embedded) => {
                let mut files = embedded.files.iter();
                let found = files.find(|(name, _)| Path::new(name) == path);
                // The build script embeds every file that the manifest names.
                let (_, bytes) = found.unwrap_or_else(|| panic!("{} is embedded", path.display()));
                Ok(Cow::Borrowed(*bytes))
            }
        }
    }

    /// A path as messages write it.
    fn shown(&self, path: &Path) -> String {
        match &self.place {
            Place::Disk(folder) => folder.join(path).display().to_string(),
            Place::Embedded(_) => {
                format!("workloads/{}/{}", self.manifest.name, path.display())
            }
        }
    }
}

/// The compiler's flags and, after them, what wasm-opt did.
fn all_flags(variant: &ManifestVariant) -> String {
    match variant.wasm_opt.as_str() {
        "" => variant.flags.clone(),
        wasm_opt => format!("{}, wasm-opt {wasm_opt}", variant.flags),
    }
}
