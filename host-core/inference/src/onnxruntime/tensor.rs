//! A tensor on memory of ours that the library reads or writes.

use host_core::nn::Refusal;
use ort_sys::{OrtAllocatorType, OrtMemType, OrtValue};

use super::library::Library;
use super::session::Port;
use super::status::running;

pub(super) struct Tensor {
    library: &'static Library,
    value: *mut OrtValue,
    /// Words, for the alignment; the library has their address, which a move does not change.
    memory: Box<[u64]>,
    bytes: usize,
}

// SAFETY: the value is used by whoever owns this, on one thread at a time.
unsafe impl Send for Tensor {}

impl Tensor {
    pub(super) fn new(library: &'static Library, port: &Port) -> Result<Self, Refusal> {
        let api = library.api;
        let mut memory = vec![0_u64; port.bytes.div_ceil(8)].into_boxed_slice();
        let (mut info, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        let (arena, kind) = (
            OrtAllocatorType::OrtDeviceAllocator,
            OrtMemType::OrtMemTypeDefault,
        );
        // SAFETY: the memory is as large as the shape says and lives as long as the value;
        // the description of the memory is released once, after its only use.
        unsafe {
            running(api, (api.CreateCpuMemoryInfo)(arena, kind, &mut info))?;
            let created = (api.CreateTensorWithDataAsOrtValue)(
                info,
                memory.as_mut_ptr().cast(),
                port.bytes,
                port.shape.as_ptr(),
                port.shape.len(),
                port.kind,
                &mut value,
            );
            (api.ReleaseMemoryInfo)(info);
            running(api, created)?;
        }
        Ok(Self {
            library,
            value,
            memory,
            bytes: port.bytes,
        })
    }

    pub(super) fn value(&self) -> *mut OrtValue {
        self.value
    }

    /// The elements.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: as many bytes as there are, of plain numbers; the library does not run.
        unsafe { std::slice::from_raw_parts(self.memory.as_ptr().cast(), self.bytes) }
    }

    /// The elements, to write to.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and this is the only borrow.
        unsafe { std::slice::from_raw_parts_mut(self.memory.as_mut_ptr().cast(), self.bytes) }
    }
}

impl Drop for Tensor {
    fn drop(&mut self) {
        // SAFETY: ours, and released before the memory under it.
        unsafe { (self.library.api.ReleaseValue)(self.value) }
    }
}
