use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

#[test]
fn of_concurrent_writers_with_one_number_exactly_one_wins() {
    let shared = SharedState::new();
    shared.set(b"vm", b"key", &0_u64.to_le_bytes(), 0).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    loop {
                        let (value, cas) = shared.get(b"vm", b"key").unwrap();
                        let count = u64::from_le_bytes(value[..].try_into().unwrap()) + 1;
                        if shared.set(b"vm", b"key", &count.to_le_bytes(), cas).is_ok() {
                            break;
                        }
                    }
                }
            });
        }
    });
    assert_eq!(
        &shared.get(b"vm", b"key").unwrap().0[..],
        2_000_u64.to_le_bytes()
    );
}

#[test]
fn keys_values_and_items_beyond_the_limits_are_refused() {
    let shared = SharedState::new();
    let (key, value) = (
        vec![0; SharedState::MAX_KEY + 1],
        vec![0; SharedState::MAX_VALUE + 1],
    );
    assert_eq!(shared.set(b"", &key, b"", 0), Err(Status::BadArgument));
    assert_eq!(shared.set(b"", b"", &value, 0), Err(Status::BadArgument));
    assert_eq!(
        shared.register_queue(b"", &key, 1, 1),
        Err(Status::BadArgument)
    );
    let queue = shared.register_queue(b"", b"", 1, 1).unwrap();
    assert_eq!(shared.enqueue(queue, &value), Err(Status::BadArgument));
}

#[test]
fn data_and_queues_have_room_for_so_much() {
    let shared = SharedState::new();
    let value = vec![0; SharedState::MAX_VALUE];
    let fill = |index: u32| shared.set(b"", &index.to_le_bytes(), &value, 0);
    let fits = (0..).take_while(|index| fill(*index).is_ok()).count();
    assert_eq!(
        fits,
        SharedState::MAX_DATA / SharedState::MAX_VALUE - 1,
        "keys take room, too"
    );
    assert_eq!(shared.set(b"", &0_u32.to_le_bytes(), b"smaller", 0), Ok(()));
    assert_eq!(
        fill(fits as u32),
        Ok(()),
        "what was freed can be used again"
    );
    let queue = shared.register_queue(b"", b"q", 1, 1).unwrap();
    while shared.enqueue(queue, &value).is_ok() {}
    assert_eq!(shared.enqueue(queue, &value), Err(Status::InternalFailure));
    shared.dequeue(queue).unwrap();
    assert_eq!(shared.enqueue(queue, &value), Ok(()));
}

#[test]
fn each_vm_has_one_listener_and_the_last_root_counts() {
    let shared = SharedState::new();
    let queue = shared.register_queue(b"vm", b"q", 1, 10).unwrap();
    shared.register_queue(b"vm", b"q", 1, 11).unwrap();
    shared.register_queue(b"vm", b"q", 2, 20).unwrap();
    shared.enqueue(queue, b"x").unwrap();
    assert_eq!(shared.take_wakes(1), [(11, queue)]);
    assert_eq!(shared.take_wakes(2), [(20, queue)]);
    shared.enqueue(queue, b"x").unwrap();
    shared.forget_vm(1);
    assert!(shared.take_wakes(1).is_empty());
    assert_eq!(shared.take_wakes(2), [(20, queue)]);
}

proptest! {
    #[test]
    fn data_behaves_as_a_map_with_change_numbers(
        steps in prop::collection::vec((0_u8..4, 0_u8..3, any::<u8>(), 0_u32..4), 1..60)
    ) {
        let shared = SharedState::new();
        let mut model: HashMap<(u8, u8), (u8, u32)> = HashMap::new();
        for (key, vm, value, cas) in steps {
            let known = model.get(&(vm, key)).copied();
            let number = known.map_or(0, |(_, number)| number);
            let expected = if cas == 0 || (known.is_some() && cas == number) {
                model.insert((vm, key), (value, number + 1));
                Ok(())
            } else {
                Err(Status::CasMismatch)
            };
            prop_assert_eq!(shared.set(&[vm], &[key], &[value], cas), expected);
            let now = shared.get(&[vm], &[key]).map(|(value, cas)| (value[0], cas));
            prop_assert_eq!(now, model.get(&(vm, key)).copied());
        }
    }
}
