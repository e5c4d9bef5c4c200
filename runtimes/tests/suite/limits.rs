//! Limits of memories and tables.

use host_core::{EngineError, EngineOptions};

use super::{Open, ask, compile, done, guest, host, vm};

pub(crate) fn memory_grows_up_to_its_limit_and_no_further(open: Open) {
    let mut vm = vm(
        open,
        EngineOptions {
            memory_limit: 3 << 16,
            ..EngineOptions::default()
        },
    );
    assert_eq!(vm.memory_bytes(), 2 << 16);
    assert_eq!(done(&mut *vm, ask::GROW).expect("no trap"), 2);
    assert_eq!(vm.memory_bytes(), 3 << 16);
    assert_eq!(
        done(&mut *vm, ask::GROW).expect("no trap").cast_signed(),
        -1
    );
    assert_eq!(
        done(&mut *vm, ask::GROW_FAR)
            .expect("no trap")
            .cast_signed(),
        -1
    );
    assert_eq!(
        done(&mut *vm, ask::SHARED).expect("still alive"),
        5000 + u32::from(b'h')
    );
}

pub(crate) fn tables_do_not_grow_without_end(open: Open) {
    let mut vm = vm(open, EngineOptions::default());
    assert_eq!(
        done(&mut *vm, ask::GROW_TABLE)
            .expect("no trap")
            .cast_signed(),
        -1
    );
}

pub(crate) fn a_module_that_wants_more_than_the_limit_is_refused(open: Open) {
    let engine = open(EngineOptions {
        memory_limit: 1 << 16,
        ..EngineOptions::default()
    });
    let module = compile(&*engine, &guest()).expect("compiles");
    let refused = module.instantiate(host()).err().expect("refused");
    assert!(
        matches!(refused, EngineError::Instantiate { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("memory"), "{refused}");
}
