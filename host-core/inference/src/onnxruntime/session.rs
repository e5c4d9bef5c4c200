//! A loaded model.

use std::ffi::{CStr, CString, c_void};

use host_core::abi::{NnErrno, TensorType};
use host_core::nn::Refusal;
use ort_sys::{
    ONNXTensorElementDataType, OrtAllocator, OrtApi, OrtSession, OrtSessionOptions, OrtStatusPtr,
    OrtTypeInfo,
};

use super::library::Library;
use super::status::loading;

/// What an input takes or an output gives.
pub(super) struct Port {
    pub(super) name: CString,
    pub(super) dimensions: Vec<u32>,
    pub(super) shape: Vec<i64>,
    pub(super) element: TensorType,
    pub(super) kind: ONNXTensorElementDataType,
    pub(super) bytes: usize,
}

/// A loaded model with its inputs and outputs.
pub(super) struct Session {
    pub(super) library: &'static Library,
    pub(super) session: *mut OrtSession,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
}

// SAFETY: the C API lets all threads run one session.
unsafe impl Send for Session {}
// SAFETY: as above.
unsafe impl Sync for Session {}

impl Session {
    pub(super) fn new(library: &'static Library, model: &[u8]) -> Result<Self, Refusal> {
        let options = Options::new(library.api)?;
        let mut session = std::ptr::null_mut();
        // SAFETY: environment and options are alive, and the model is copied.
        let created = unsafe {
            (library.api.CreateSessionFromArray)(
                library.env,
                model.as_ptr().cast::<c_void>(),
                model.len(),
                options.0,
                &mut session,
            )
        };
        loading(library.api, created)?;
        let mut loaded = Self {
            library,
            session,
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let api = library.api;
        loaded.inputs = loaded.ports(
            api.SessionGetInputCount,
            api.SessionGetInputName,
            api.SessionGetInputTypeInfo,
        )?;
        loaded.outputs = loaded.ports(
            api.SessionGetOutputCount,
            api.SessionGetOutputName,
            api.SessionGetOutputTypeInfo,
        )?;
        Ok(loaded)
    }

    fn ports(
        &self,
        count: unsafe extern "system" fn(*const OrtSession, *mut usize) -> OrtStatusPtr,
        name: unsafe extern "system" fn(
            *const OrtSession,
            usize,
            *mut OrtAllocator,
            *mut *mut std::ffi::c_char,
        ) -> OrtStatusPtr,
        kind: unsafe extern "system" fn(
            *const OrtSession,
            usize,
            *mut *mut OrtTypeInfo,
        ) -> OrtStatusPtr,
    ) -> Result<Vec<Port>, Refusal> {
        let api = self.library.api;
        let (mut ports, mut allocator) = (0, std::ptr::null_mut());
        // SAFETY: the session is alive, and answers go to variables of ours.
        unsafe {
            loading(api, count(self.session, &mut ports))?;
            loading(api, (api.GetAllocatorWithDefaultOptions)(&mut allocator))?;
        }
        let port = |index| {
            let (mut text, mut info) = (std::ptr::null_mut(), std::ptr::null_mut());
            // SAFETY: the index is below the count; the name is copied and given back to
            // the allocator it is of, the type's description is released by its owner.
            unsafe {
                loading(api, name(self.session, index, allocator, &mut text))?;
                let name = CStr::from_ptr(text).to_owned();
                loading(api, (api.AllocatorFree)(allocator, text.cast()))?;
                loading(api, kind(self.session, index, &mut info))?;
                let described = describe(api, info, name);
                (api.ReleaseTypeInfo)(info);
                described
            }
        };
        (0..ports).map(port).collect()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: ours, and nobody runs it any more.
        unsafe { (self.library.api.ReleaseSession)(self.session) }
    }
}

/// # Safety
/// `info` must be alive.
unsafe fn describe(api: &OrtApi, info: *const OrtTypeInfo, name: CString) -> Result<Port, Refusal> {
    let unsupported = |reason: &str| {
        let name = name.to_string_lossy();
        Refusal::new(NnErrno::UnsupportedOperation, format!("{name:?} {reason}"))
    };
    let (mut tensor, mut number, mut rank) = (std::ptr::null(), 0_i32, 0);
    // SAFETY: by the caller's promise; answers go to variables of ours. The element type is
    // read as a number, as a newer library may know more of them than this enum.
    let shape = unsafe {
        loading(api, (api.CastTypeInfoToTensorInfo)(info, &mut tensor))?;
        if tensor.is_null() {
            return Err(unsupported("is no tensor"));
        }
        loading(
            api,
            (api.GetTensorElementType)(tensor, (&raw mut number).cast()),
        )?;
        loading(api, (api.GetDimensionsCount)(tensor, &mut rank))?;
        let mut shape = vec![0_i64; rank];
        loading(api, (api.GetDimensions)(tensor, shape.as_mut_ptr(), rank))?;
        shape
    };
    use ONNXTensorElementDataType as Kind;
    let kinds = [
        (Kind::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, TensorType::F16),
        (Kind::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, TensorType::F32),
        (Kind::ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, TensorType::F64),
        (Kind::ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, TensorType::U8),
        (Kind::ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, TensorType::I32),
        (Kind::ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, TensorType::I64),
    ];
    let known = kinds.into_iter().find(|(kind, _)| *kind as i32 == number);
    let (kind, element) =
        known.ok_or_else(|| unsupported("has elements that wasi-nn does not know"))?;
    let dimensions: Result<Vec<u32>, _> = shape
        .iter()
        .map(|dimension| u32::try_from(*dimension))
        .collect();
    let dimensions = dimensions
        .map_err(|_| unsupported("has free dimensions: export the model with fixed ones"))?;
    let bytes = dimensions
        .iter()
        .try_fold(element.size(), |bytes, dimension| {
            bytes.checked_mul(*dimension as usize)
        })
        .ok_or_else(|| unsupported("is too large"))?;
    Ok(Port {
        name,
        dimensions,
        shape,
        element,
        kind,
        bytes,
    })
}

/// Options of a session that computes on the thread that asks.
struct Options<'a>(*mut OrtSessionOptions, &'a OrtApi);

impl<'a> Options<'a> {
    fn new(api: &'a OrtApi) -> Result<Self, Refusal> {
        let mut options = std::ptr::null_mut();
        // SAFETY: the answer goes to a variable of ours.
        loading(api, unsafe { (api.CreateSessionOptions)(&mut options) })?;
        let options = Self(options, api);
        // SAFETY: the options are alive.
        unsafe {
            loading(api, (api.SetIntraOpNumThreads)(options.0, 1))?;
            loading(api, (api.SetInterOpNumThreads)(options.0, 1))?;
        }
        Ok(options)
    }
}

impl Drop for Options<'_> {
    fn drop(&mut self) {
        // SAFETY: ours, and sessions keep what they need of it.
        unsafe { (self.1.ReleaseSessionOptions)(self.0) }
    }
}
