//! What the library's functions answer.

use std::ffi::CStr;

use host_core::abi::NnErrno;
use host_core::nn::Refusal;
use ort_sys::{OrtApi, OrtStatusPtr};

/// The text of a failure.
pub(super) fn check(api: &OrtApi, status: OrtStatusPtr) -> Result<(), String> {
    if status.0.is_null() {
        return Ok(());
    }
    // SAFETY: a status that is not null is ours until it is released, once; its message is a
    // C string that lives as long.
    unsafe {
        let message = CStr::from_ptr((api.GetErrorMessage)(status.0));
        let message = message.to_string_lossy().into_owned();
        (api.ReleaseStatus)(status.0);
        Err(message)
    }
}

/// A failure while a model is loaded.
pub(super) fn loading(api: &OrtApi, status: OrtStatusPtr) -> Result<(), Refusal> {
    check(api, status).map_err(|text| {
        Refusal::new(
            NnErrno::InvalidEncoding,
            format!("ONNX Runtime cannot use the model: {text}"),
        )
    })
}

/// A failure later.
#[inline]
pub(super) fn running(api: &OrtApi, status: OrtStatusPtr) -> Result<(), Refusal> {
    check(api, status)
        .map_err(|text| Refusal::new(NnErrno::RuntimeError, format!("ONNX Runtime: {text}")))
}
