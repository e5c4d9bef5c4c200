//! The memory limit, as wasmer's tunables.

use std::ptr::NonNull;

use wasmer::sys::vm::{VMMemory, VMMemoryDefinition, VMTable, VMTableDefinition};
use wasmer::sys::{BaseTunables, Target, Tunables};
use wasmer::{MemoryError, MemoryStyle, MemoryType, Pages, TableStyle, TableType, WASM_PAGE_SIZE};

/// Table elements that a VM may have: enough for any real module, and a bound on what
/// `table.grow` can take.
const TABLE_ELEMENTS: u32 = 1 << 20;

/// wasmer's own tunables under a limit on memory.
pub(crate) struct Limits {
    base: BaseTunables,
    memory: Pages,
}

impl Limits {
    pub(crate) fn new(target: &Target, bytes: u64) -> Self {
        let pages = u32::try_from(bytes / WASM_PAGE_SIZE as u64).unwrap_or(u32::MAX);
        let memory = Pages(pages).min(Pages::max_value());
        Self {
            base: BaseTunables::for_target(target),
            memory,
        }
    }

    /// `ty` with its maximum lowered to the limit.
    fn memory_under_limit(&self, ty: &MemoryType) -> Result<MemoryType, MemoryError> {
        if ty.minimum > self.memory {
            return Err(MemoryError::Generic(format!(
                "the module wants {} pages of memory at least, and the limit is {}",
                ty.minimum.0, self.memory.0
            )));
        }
        let maximum = ty
            .maximum
            .map_or(self.memory, |maximum| maximum.min(self.memory));
        Ok(MemoryType {
            maximum: Some(maximum),
            ..*ty
        })
    }

    fn table_under_limit(ty: &TableType) -> Result<TableType, String> {
        if ty.minimum > TABLE_ELEMENTS {
            return Err(format!(
                "the module wants {} table elements at least, and the limit is {TABLE_ELEMENTS}",
                ty.minimum
            ));
        }
        let maximum = ty
            .maximum
            .map_or(TABLE_ELEMENTS, |maximum| maximum.min(TABLE_ELEMENTS));
        Ok(TableType {
            maximum: Some(maximum),
            ..*ty
        })
    }
}

#[allow(unsafe_code)]
impl Tunables for Limits {
    fn memory_style(&self, ty: &MemoryType) -> MemoryStyle {
        self.base.memory_style(ty)
    }

    fn table_style(&self, ty: &TableType) -> TableStyle {
        self.base.table_style(ty)
    }

    fn create_host_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
    ) -> Result<VMMemory, MemoryError> {
        self.base
            .create_host_memory(&self.memory_under_limit(ty)?, style)
    }

    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
        definition: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let ty = self.memory_under_limit(ty)?;
        // SAFETY: the caller vouches for `definition`, and the base asks for nothing else.
        unsafe { self.base.create_vm_memory(&ty, style, definition) }
    }

    fn create_host_table(&self, ty: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        self.base
            .create_host_table(&Self::table_under_limit(ty)?, style)
    }

    unsafe fn create_vm_table(
        &self,
        ty: &TableType,
        style: &TableStyle,
        definition: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        let ty = Self::table_under_limit(ty)?;
        // SAFETY: the caller vouches for `definition`, and the base asks for nothing else.
        unsafe { self.base.create_vm_table(&ty, style, definition) }
    }
}
