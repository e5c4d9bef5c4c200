use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::abi::{GraphEncoding, NnErrno, TensorType};
use crate::services::{InProcess, Services};
use crate::testing::{FakeGuest, MEMORY};

/// Times that a model was loaded.
static LOADS: AtomicUsize = AtomicUsize::new(0);

/// A backend whose models double what they are given. The model `panic` panics.
struct Doubling;

struct Doubled {
    panics: bool,
    input: Option<Vec<u8>>,
    output: Option<Vec<u8>>,
}

impl Backend for Doubling {
    fn name(&self) -> &str {
        "doubling"
    }

    fn load(
        &self,
        encoding: GraphEncoding,
        parts: &[&[u8]],
        _: Origin,
    ) -> Result<Arc<dyn Graph>, Refusal> {
        LOADS.fetch_add(1, Ordering::Relaxed);
        match (encoding, parts) {
            (GraphEncoding::Onnx, [b"double"]) => Ok(Arc::new(false)),
            (GraphEncoding::Onnx, [b"panic"]) => Ok(Arc::new(true)),
            (GraphEncoding::Onnx, [b"die"]) => panic!("died while loading"),
            _ => Err(Refusal::new(NnErrno::InvalidEncoding, "no model")),
        }
    }
}

impl Graph for bool {
    fn context_bytes(&self) -> u64 {
        8 << 20
    }

    fn context(&self) -> Result<Box<dyn Context>, Refusal> {
        Ok(Box::new(Doubled {
            panics: *self,
            input: None,
            output: None,
        }))
    }
}

impl Context for Doubled {
    fn set_input(&mut self, index: u32, tensor: Tensor<'_>) -> Result<(), Refusal> {
        if index != 0 || tensor.element != TensorType::U8 {
            return Err(Refusal::argument("one input of bytes"));
        }
        self.input = Some(tensor.bytes.to_vec());
        Ok(())
    }

    fn compute(&mut self) -> Result<(), Refusal> {
        assert!(!self.panics, "asked to");
        let input = self.input.as_deref();
        let input = input.ok_or_else(|| Refusal::new(NnErrno::RuntimeError, "no input"))?;
        self.output = Some(input.iter().map(|byte| byte.wrapping_mul(2)).collect());
        Ok(())
    }

    fn output(&self, _: u32) -> Result<&[u8], Refusal> {
        let output = self.output.as_deref();
        output.ok_or_else(|| Refusal::new(NnErrno::RuntimeError, "nothing computed"))
    }
}

/// Named models for this crate's tests.
pub(crate) fn doubling() -> Arc<Inference> {
    let model = |name: &str, bytes: &'static [u8]| Model {
        name: name.to_owned(),
        file: None,
        encoding: GraphEncoding::Onnx,
        bytes: bytes.into(),
    };
    let models = [
        model("", b"double"),
        model("token", b"double"),
        model("panics", b"panic"),
        model("dies", b"die"),
    ];
    Arc::new(Inference::new(Arc::new(Doubling), models))
}

fn guest() -> FakeGuest {
    let builder = InProcess::builder().inference(doubling());
    FakeGuest::new(builder.collect_logs(100))
}

fn number(
    guest: &mut FakeGuest,
    call: impl FnOnce(&mut FakeGuest, usize) -> u32,
) -> Result<u32, u32> {
    let slot = guest.slot();
    match call(guest, slot) {
        0 => Ok(guest.u32_at(slot)),
        errno => Err(errno),
    }
}

fn by_name(guest: &mut FakeGuest, name: &[u8]) -> Result<u32, u32> {
    let (at, size) = guest.put(name);
    number(guest, |guest, slot| {
        load_by_name(guest, at, size, slot).unwrap()
    })
}

fn from_bytes(guest: &mut FakeGuest, parts: &[&[u8]]) -> Result<u32, u32> {
    let places: Vec<_> = parts.iter().map(|part| guest.put(part)).collect();
    let list: Vec<u8> = places
        .iter()
        .flat_map(|(at, size)| [*at as u32, *size as u32])
        .flat_map(u32::to_le_bytes)
        .collect();
    let (at, _) = guest.put(&list);
    number(guest, |guest, slot| {
        load(guest, at, parts.len(), 1, 0, slot).unwrap()
    })
}

fn context(guest: &mut FakeGuest, graph: u32) -> Result<u32, u32> {
    number(guest, |guest, slot| {
        init_execution_context(guest, graph, slot).unwrap()
    })
}

/// Places a tensor's record and answers its address.
fn tensor(guest: &mut FakeGuest, dimensions: &[u32], element: u32, bytes: &[u8]) -> usize {
    let list: Vec<u8> = dimensions
        .iter()
        .copied()
        .flat_map(u32::to_le_bytes)
        .collect();
    let (list, data) = (guest.put(&list).0, guest.put(bytes).0);
    let fields = [list, dimensions.len(), element as usize, data, bytes.len()];
    let record: Vec<u8> = fields
        .into_iter()
        .flat_map(|field| (field as u32).to_le_bytes())
        .collect();
    guest.put(&record).0
}

fn output(guest: &mut FakeGuest, context: u32, room: usize) -> Result<Vec<u8>, u32> {
    let (at, size) = guest.put(&vec![0xee; room]);
    let written = number(guest, |guest, slot| {
        get_output(guest, context, 0, at, size, slot).unwrap()
    })?;
    Ok(guest.memory[at..at + written as usize].to_vec())
}

fn reasons(guest: &FakeGuest) -> String {
    let lines = guest.services.take_logs().into_iter();
    lines
        .map(|line| String::from_utf8_lossy(&line.message).into_owned() + "\n")
        .collect()
}

const ARGUMENT: u32 = NnErrno::InvalidArgument as u32;
const TOO_LARGE: u32 = NnErrno::TooLarge as u32;
const RUNTIME: u32 = NnErrno::RuntimeError as u32;

#[test]
fn a_model_is_computed_whether_named_or_given() {
    let mut guest = guest();
    for graph in [
        by_name(&mut guest, b"token"),
        from_bytes(&mut guest, &[b"double"]),
    ] {
        let context = context(&mut guest, graph.unwrap()).unwrap();
        let tensor = tensor(&mut guest, &[1, 3], 3, &[1, 2, 3]);
        assert_eq!(set_input(&mut guest, context, 0, tensor), Ok(0));
        assert_eq!(compute(&mut guest, context), Ok(0));
        assert_eq!(output(&mut guest, context, 3), Ok(vec![2, 4, 6]));
        assert_eq!(output(&mut guest, context, 100), Ok(vec![2, 4, 6]));
        assert_eq!(output(&mut guest, context, 2), Err(TOO_LARGE));
    }
    assert!(reasons(&guest).contains("the output has 3 bytes and the guest's buffer 2"));
}

#[test]
fn the_tape_holds_models_tensors_and_outputs() {
    let mut guest = guest();
    guest.record();
    let graph = by_name(&mut guest, b"token").unwrap();
    let context = context(&mut guest, graph).unwrap();
    let tensor = tensor(&mut guest, &[2], 3, &[1, 2]);
    set_input(&mut guest, context, 0, tensor).unwrap();
    compute(&mut guest, context).unwrap();
    output(&mut guest, context, 2).unwrap();
    assert_eq!(compute(&mut guest, 9), Ok(ARGUMENT));
    assert_eq!(
        guest.recorded(),
        [
            r#"wasi_ephemeral_nn_load_by_name("token", 0) -> 0"#,
            "wasi_ephemeral_nn_init_execution_context(0, 0) -> 0",
            r#"wasi_ephemeral_nn_set_input(0, 0, 2, 3, "\x01\x02") -> 0"#,
            "wasi_ephemeral_nn_compute(0) -> 0",
            r#"wasi_ephemeral_nn_get_output(0, 0, => "\x02\x04") -> 0"#,
            "wasi_ephemeral_nn_compute(9) -> 1",
        ]
    );
}

#[test]
fn named_models_are_loaded_once_and_shared() {
    let services = Arc::new(InProcess::builder().inference(doubling()).build());
    let before = LOADS.load(Ordering::Relaxed);
    let mut guests = [(); 3].map(|()| FakeGuest::sharing(services.clone(), Default::default()));
    for guest in &mut guests {
        assert_eq!(by_name(guest, b""), Ok(0));
    }
    // Other tests load too, but not through this registry.
    assert!(LOADS.load(Ordering::Relaxed) > before);
    let inference = services.inference().unwrap();
    let graph = || inference.named("").unwrap();
    assert!(Arc::ptr_eq(&graph(), &graph()));
}

#[test]
fn a_named_model_that_is_none_is_told_with_its_name_and_file() {
    let of = |file: Option<&str>| {
        let model = Model {
            name: "mine".to_owned(),
            file: file.map(Into::into),
            encoding: GraphEncoding::Onnx,
            bytes: b"garbage"[..].into(),
        };
        let inference = Inference::new(Arc::new(Doubling), [model]);
        let builder = InProcess::builder().inference(Arc::new(inference));
        let mut guest = FakeGuest::new(builder.collect_logs(1));
        let invalid = NnErrno::InvalidEncoding as u32;
        assert_eq!(by_name(&mut guest, b"mine"), Err(invalid));
        reasons(&guest)
    };
    assert!(
        of(Some("models/garbage.onnx"))
            .ends_with(": model \"mine\" (models/garbage.onnx): no model\n")
    );
    assert!(of(None).ends_with(": model \"mine\": no model\n"));
}

#[test]
fn names_encodings_and_targets_that_there_are_not_are_refused() {
    let mut guest = guest();
    assert_eq!(
        by_name(&mut guest, b"nothing"),
        Err(NnErrno::NotFound as u32)
    );
    assert!(reasons(&guest).contains("there is no model \"nothing\"; registered are"));
    assert_eq!(by_name(&mut guest, b"\xff"), Err(ARGUMENT));
    assert_eq!(by_name(&mut guest, &[b'a'; 257]), Err(TOO_LARGE));
    let (list, slot) = (guest.put(&[0; 8]).0, guest.slot());
    let mut load = |encoding, target| load(&mut guest, list, 1, encoding, target, slot).unwrap();
    for (encoding, target, errno) in [
        (0, 0, NnErrno::InvalidEncoding),
        (6, 0, NnErrno::InvalidEncoding),
        (u32::MAX, 0, NnErrno::InvalidEncoding),
        (1, 1, NnErrno::UnsupportedOperation),
        (1, 2, NnErrno::UnsupportedOperation),
        (1, 3, NnErrno::InvalidArgument),
        (1, 0, NnErrno::InvalidEncoding),
    ] {
        assert_eq!(load(encoding, target), errno as u32, "{encoding} {target}");
    }
}

#[test]
fn a_host_without_a_backend_says_so() {
    let mut guest = FakeGuest::new(InProcess::builder().collect_logs(1));
    let unsupported = NnErrno::UnsupportedOperation as u32;
    assert_eq!(by_name(&mut guest, b"token"), Err(unsupported));
    assert!(reasons(&guest).contains("no backend"));
    assert_eq!(context(&mut guest, 0), Err(ARGUMENT));
}

#[test]
fn graphs_contexts_parts_and_bytes_are_limited() {
    let mut guest = guest();
    for graph in 0..16 {
        assert_eq!(by_name(&mut guest, b"token"), Ok(graph));
    }
    assert_eq!(by_name(&mut guest, b"token"), Err(TOO_LARGE));
    assert_eq!(from_bytes(&mut guest, &[b"double"]), Err(TOO_LARGE));
    // Each context of this backend takes 8 MiB of the 256.
    for handle in 0..32 {
        assert_eq!(context(&mut guest, handle % 16), Ok(handle));
    }
    assert_eq!(context(&mut guest, 0), Err(TOO_LARGE));
    assert_eq!(context(&mut guest, 16), Err(ARGUMENT));
    assert!(reasons(&guest).contains("make one when the plugin is configured"));
    let mut fresh = super::tests::guest();
    assert_eq!(from_bytes(&mut fresh, &[&b""[..]; 17]), Err(TOO_LARGE));
    // Sixteen parts may all be the same large one.
    let (at, slot) = (fresh.put(&[0; 128]).0, fresh.slot());
    for part in 0..16 {
        let size = (MEMORY as u32 - 16).to_le_bytes();
        fresh.memory[at + part * 8 + 4..][..4].copy_from_slice(&size);
    }
    assert_eq!(
        load(&mut fresh, at, 16, 1, 0, slot),
        Ok(NnErrno::InvalidEncoding as u32)
    );
}

#[test]
fn the_models_that_a_vm_loads_itself_share_a_limit_of_bytes() {
    let graph = || Arc::new(false) as Arc<dyn Graph>;
    let too_large = |state: &State, bytes| state.admit(bytes).unwrap_err().errno;
    let mut state = State::default();
    // 64 MiB, in one model or in several.
    assert_eq!(state.admit(64 << 20), Ok(()));
    assert_eq!(too_large(&state, (64 << 20) + 1), NnErrno::TooLarge);
    assert_eq!(too_large(&state, usize::MAX), NnErrno::TooLarge);
    state.add_graph(graph(), 40 << 20);
    assert_eq!(state.admit(24 << 20), Ok(()));
    assert_eq!(too_large(&state, (24 << 20) + 1), NnErrno::TooLarge);
    state.add_graph(graph(), 24 << 20);
    // Named ones take nothing of it.
    assert_eq!(state.admit(0), Ok(()));
    let refusal = state.admit(1).unwrap_err();
    assert!(refusal.reason.contains("67108864 bytes"), "{refusal}");
}

#[test]
fn tensors_that_are_not_what_they_say_are_refused() {
    let mut guest = guest();
    let graph = by_name(&mut guest, b"token").unwrap();
    let context = context(&mut guest, graph).unwrap();
    let big = u32::MAX;
    for (dimensions, element, bytes, errno) in [
        (&[3][..], 3, &[1, 2][..], ARGUMENT),
        (&[1], 3, &[1, 2], ARGUMENT),
        (&[], 3, &[], ARGUMENT),
        (&[2], 6, &[1, 2], ARGUMENT),
        (&[2], 255, &[1, 2], ARGUMENT),
        (&[2], 1, &[0; 8], ARGUMENT),
        (&[big, big, big, big], 5, &[], TOO_LARGE),
        (&[big, 0, big, big], 5, &[], 0),
        (&[1 << 31, 2], 3, &[], TOO_LARGE),
        (&[1; 9], 3, &[1], TOO_LARGE),
    ] {
        let at = tensor(&mut guest, dimensions, element, bytes);
        // An empty tensor of another type is the backend's to refuse.
        let wanted = if errno == 0 { ARGUMENT } else { errno };
        assert_eq!(
            set_input(&mut guest, context, 0, at),
            Ok(wanted),
            "{dimensions:?}"
        );
    }
    assert_eq!(set_input(&mut guest, context, 0, MEMORY - 19), Ok(ARGUMENT));
    assert_eq!(set_input(&mut guest, context, 0, usize::MAX), Ok(ARGUMENT));
    assert_eq!(compute(&mut guest, context), Ok(RUNTIME));
    assert_eq!(output(&mut guest, context, 8), Err(RUNTIME));
}

#[test]
fn a_backend_that_panics_costs_its_context_only() {
    let mut guest = guest();
    assert_eq!(
        by_name(&mut guest, b"dies"),
        Err(NnErrno::InvalidEncoding as u32)
    );
    let (bad, good) = (
        by_name(&mut guest, b"panics"),
        by_name(&mut guest, b"token"),
    );
    let bad = context(&mut guest, bad.unwrap()).unwrap();
    let good = context(&mut guest, good.unwrap()).unwrap();
    assert_eq!(compute(&mut guest, bad), Ok(RUNTIME));
    assert_eq!(compute(&mut guest, bad), Ok(ARGUMENT));
    let tensor = tensor(&mut guest, &[1], 3, &[4]);
    assert_eq!(set_input(&mut guest, good, 0, tensor), Ok(0));
    assert_eq!(compute(&mut guest, good), Ok(0));
    assert!(reasons(&guest).contains("asked to"));
}

#[test]
fn the_allocator_may_not_infer() {
    let mut guest = guest();
    guest.host.allocating = true;
    assert_eq!(by_name(&mut guest, b"token"), Err(NnErrno::Busy as u32));
}
