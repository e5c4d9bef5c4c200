//! Whatever library is at hand against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use std::sync::LazyLock;

use host_core::{Engine, EngineOptions};
use runtime_wasm_c_api::{EngineLibrary, WasmCApiEngine, cached_libraries};

/// The first library that the user named, else the first in the cache.
static LIBRARY: LazyLock<Option<EngineLibrary>> = LazyLock::new(|| {
    let named = std::env::var_os("PWBENCH_ENGINE_LIBS").unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty());
    let mut all = named.chain(cached_libraries());
    all.next().map(EngineLibrary::new)
});

fn absent() -> Option<String> {
    LIBRARY.is_none().then(|| {
        "wasm-c-api: no library is known; run scripts/engines/wasm-c-api, or set PWBENCH_ENGINE_LIBS"
            .to_owned()
    })
}

fn open(options: EngineOptions) -> Box<dyn Engine> {
    let library = LIBRARY.as_ref().expect("checked before");
    Box::new(WasmCApiEngine::open(library, options).expect("available"))
}

every_engine!(library, open, unless absent(), without_artifacts_loading_is_unsupported);
