//! The sections of a valid module, read once.

use wasmparser::{
    CompositeInnerType, ExternalKind, FuncType, KnownCustom, MemoryType, Name, Parser, Payload,
    ProducersSectionReader, TypeRef,
};

use super::functions::describe;
use super::idle::Idleness;
use super::{NamedType, Producer};

/// An import as the module states it.
#[derive(Debug)]
pub(super) struct RawImport {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) kind: RawKind,
}

/// What is imported.
#[derive(Debug)]
pub(super) enum RawKind {
    Function(FuncType),
    Memory,
    Other(&'static str),
}

/// What the sections say.
#[derive(Debug, Default)]
pub(super) struct Outline {
    types: Vec<Option<FuncType>>,
    /// Type of each function, imported ones first.
    functions: Vec<u32>,
    idleness: Idleness,
    pub(super) imports: Vec<RawImport>,
    pub(super) exports: Vec<RawExport>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) producers: Vec<Producer>,
    pub(super) target_features: Vec<String>,
    pub(super) name: Option<String>,
    pub(super) code_bytes: u64,
    pub(super) function_count: u64,
    pub(super) custom_bytes: u64,
}

/// An export.
#[derive(Debug)]
pub(super) struct RawExport {
    pub(super) name: String,
    kind: ExternalKind,
    index: u32,
}

impl Outline {
    /// Reads the sections. Bytes must have been validated.
    pub(super) fn read(wasm: &[u8]) -> Result<Self, wasmparser::Error> {
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            outline.section(payload?)?;
        }
        Ok(outline)
    }

    fn section(&mut self, payload: Payload<'_>) -> Result<(), wasmparser::Error> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    self.types.extend(group?.into_types().map(
                        |ty| match ty.composite_type.inner {
                            CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        },
                    ));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let kind = self.imported(import.ty);
                    let (module, name) = (import.module.to_owned(), import.name.to_owned());
                    self.imports.push(RawImport { module, name, kind });
                }
            }
            Payload::FunctionSection(section) => {
                self.function_count = u64::from(section.count());
                for index in section {
                    self.functions.push(index?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let (name, kind) = (export.name.to_owned(), export.kind);
                    self.exports.push(RawExport {
                        name,
                        kind,
                        index: export.index,
                    });
                }
            }
            Payload::CodeSectionStart { size, .. } => self.code_bytes = u64::from(size),
            Payload::CodeSectionEntry(body) => self.idleness.add(&body)?,
            Payload::CustomSection(section) => {
                self.custom_bytes += section.data().len() as u64;
                if section.name() == "target_features" {
                    self.target_features = target_features(section.data()).unwrap_or_default();
                }
                match section.as_known() {
                    KnownCustom::Producers(producers) => self.producers = read_producers(producers),
                    KnownCustom::Name(names) => {
                        self.name = names.into_iter().find_map(|name| match name {
                            Ok(Name::Module { name, .. }) => Some(name.to_owned()),
                            _ => None,
                        });
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn imported(&mut self, ty: TypeRef) -> RawKind {
        match ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                self.functions.push(index);
                match self.types.get(index as usize) {
                    Some(Some(function)) => RawKind::Function(function.clone()),
                    _ => RawKind::Other("function"),
                }
            }
            TypeRef::Memory(_) => RawKind::Memory,
            TypeRef::Table(_) => RawKind::Other("table"),
            TypeRef::Global(_) => RawKind::Other("global"),
            TypeRef::Tag(_) => RawKind::Other("tag"),
        }
    }

    /// The export of this name.
    pub(super) fn export(&self, name: &str) -> Option<&RawExport> {
        self.exports.iter().find(|export| export.name == name)
    }

    /// Type of an exported function; `None` for other kinds.
    pub(super) fn function(&self, export: &RawExport) -> Option<&FuncType> {
        if !matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
            return None;
        }
        let ty = *self.functions.get(export.index as usize)?;
        self.types.get(ty as usize)?.as_ref()
    }

    /// Whether an exported function does nothing and answers nothing.
    pub(super) fn is_idle(&self, export: &RawExport) -> bool {
        let imported = self.functions.len() - self.function_count as usize;
        let silent = |ty: &FuncType| ty.results().is_empty();
        self.function(export).is_some_and(silent) && self.idleness.is_idle(export.index, imported)
    }

    /// The exported memory, if `export` is one.
    pub(super) fn memory(&self, export: &RawExport) -> Option<MemoryType> {
        match export.kind {
            ExternalKind::Memory => self.memories.get(export.index as usize).copied(),
            _ => None,
        }
    }

    /// What an export is, as text.
    pub(super) fn describe(&self, export: &RawExport) -> String {
        match export.kind {
            ExternalKind::Func | ExternalKind::FuncExact => match self.function(export) {
                Some(ty) => describe(ty.params(), ty.results()),
                None => "func".to_owned(),
            },
            ExternalKind::Table => "table".to_owned(),
            ExternalKind::Memory => "memory".to_owned(),
            ExternalKind::Global => "global".to_owned(),
            ExternalKind::Tag => "tag".to_owned(),
        }
    }

    /// All exports with their types.
    pub(super) fn named_exports(&self) -> Vec<NamedType> {
        let named = |export: &RawExport| NamedType {
            name: export.name.clone(),
            ty: self.describe(export),
        };
        self.exports.iter().map(named).collect()
    }
}

/// Custom sections do not make a module invalid, so malformed ones are passed over.
fn read_producers(section: ProducersSectionReader<'_>) -> Vec<Producer> {
    let mut producers = Vec::new();
    for field in section.into_iter().flatten() {
        for value in field.values.into_iter().flatten() {
            producers.push(Producer {
                field: field.name.to_owned(),
                name: value.name.to_owned(),
                version: value.version.to_owned(),
            });
        }
    }
    producers
}

/// The tool convention's section: a count, then for each a sign and a name.
fn target_features(data: &[u8]) -> Option<Vec<String>> {
    let mut reader = wasmparser::BinaryReader::new(data, 0);
    let count = reader.read_var_u32().ok()?;
    let mut features = Vec::new();
    for _ in 0..count {
        let sign = char::from(reader.read_u8().ok()?);
        features.push(format!("{sign}{}", reader.read_string().ok()?));
    }
    Some(features)
}
