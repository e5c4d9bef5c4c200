use super::*;

fn origin(vm: u64, call: u32) -> CalloutOrigin {
    CalloutOrigin { vm, call }
}

fn send(
    services: &InProcess,
    origin: CalloutOrigin,
    upstream: &[u8],
    seconds: u64,
) -> Result<(), Status> {
    let (headers, trailers) = Default::default();
    let timeout = Duration::from_secs(seconds);
    let kind = CalloutKind::Http {
        headers,
        body: b"",
        trailers,
        timeout,
    };
    services.callout(origin, Callout { upstream, kind })
}

/// Answers after as many seconds as the upstream's name says.
fn services() -> InProcess {
    let answer = |upstream: &[u8], _: &CalloutKind<'_>| {
        let seconds = u64::from(upstream[0] - b'0');
        Reply::http(200, &[], upstream).after(Duration::from_secs(seconds))
    };
    InProcess::builder()
        .fixed_clock(100)
        .upstream(answer)
        .build()
}

fn calls(events: Vec<(u32, CalloutEvent)>) -> Vec<u32> {
    events.into_iter().map(|(call, _)| call).collect()
}

#[test]
fn events_come_in_the_order_of_their_delays_and_move_a_fixed_clock() {
    let services = services();
    for (call, upstream) in [(1, b"3"), (2, b"1"), (3, b"3"), (4, b"0")] {
        send(&services, origin(1, call), upstream, 60).unwrap();
    }
    let start = services.monotonic();
    assert!(start > 0, "the Go runtime refuses a clock that shows 0");
    assert_eq!(calls(services.take_events(1)), [4]);
    assert_eq!(services.monotonic(), start);
    assert_eq!(calls(services.take_events(1)), [2]);
    assert_eq!(services.monotonic(), start + 1_000_000_000);
    assert_eq!(calls(services.take_events(1)), [1, 3]);
    assert_eq!(
        (services.now(), services.monotonic()),
        (3_000_000_100, start + 3_000_000_000)
    );
    assert!(services.take_events(1).is_empty());
}

#[test]
fn each_vm_has_its_own_events() {
    let services = services();
    send(&services, origin(1, 7), b"0", 1).unwrap();
    send(&services, origin(2, 8), b"0", 1).unwrap();
    assert_eq!(calls(services.take_events(2)), [8]);
    services.vm_ended(1);
    assert!(services.take_events(1).is_empty());
}

#[test]
fn the_timeout_comes_before_an_answer_that_is_late() {
    let services = services();
    let start = services.monotonic();
    send(&services, origin(1, 1), b"5", 2).unwrap();
    let failure = CalloutEvent::HttpResponse(Err(Status::InternalFailure));
    assert_eq!(services.take_events(1), [(1, failure)]);
    assert_eq!(services.monotonic(), start + 2_000_000_000);
}

#[test]
fn steps_of_a_stream_reach_the_upstream_that_opened_it() {
    let answer = |upstream: &[u8], _: &CalloutKind<'_>| {
        Reply::events(vec![CalloutEvent::GrpcMessage(upstream.to_vec())])
    };
    let services = InProcess::builder().upstream(answer).build();
    let step = |kind| {
        services.callout(
            origin(1, 1),
            Callout {
                upstream: b"",
                kind,
            },
        )
    };
    let metadata = Default::default();
    let open = CalloutKind::GrpcStream {
        service: b"s",
        method: b"m",
        metadata,
    };
    services
        .callout(
            origin(1, 1),
            Callout {
                upstream: b"first",
                kind: open,
            },
        )
        .unwrap();
    services.take_events(1);
    step(CalloutKind::GrpcSend {
        message: b"x",
        end_of_stream: false,
    })
    .unwrap();
    assert_eq!(
        services.take_events(1),
        [(1, CalloutEvent::GrpcMessage(b"first".to_vec()))]
    );
    step(CalloutKind::GrpcClose).unwrap();
    step(CalloutKind::Cancel).unwrap();
    assert!(services.take_events(1).is_empty());
}

#[test]
fn without_an_upstream_every_name_is_unknown() {
    let services = InProcess::builder().build();
    assert_eq!(
        send(&services, origin(1, 1), b"x", 1),
        Err(Status::BadArgument)
    );
}

#[test]
fn logs_are_collected_up_to_the_limit_or_forwarded() {
    let services = InProcess::builder().collect_logs(2).build();
    (0..5_u8).for_each(|line| services.log(LogLevel::Warn, "p", &[b'0' + line]));
    let lines: Vec<_> = services
        .take_logs()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(lines, ["Warn p: 0", "Warn p: 1"]);
    assert_eq!(services.logs_lost(), 3);
    let (sender, receiver) = std::sync::mpsc::channel();
    let forward = move |line: &LogLine| sender.send(line.clone()).unwrap();
    InProcess::builder()
        .forward_logs(forward)
        .build()
        .log(LogLevel::Info, "q", b"hello");
    assert_eq!(receiver.recv().unwrap().to_string(), "Info q: hello");
}

#[test]
fn equal_seeds_give_equal_bytes_and_others_do_not() {
    let bytes = |seed, sizes: &[usize]| {
        let services = InProcess::builder().seed(seed).build();
        let fill = |size: &usize| {
            let mut bytes = vec![0; *size];
            services.random(&mut bytes);
            bytes
        };
        sizes.iter().map(fill).collect::<Vec<_>>()
    };
    assert_eq!(bytes(1, &[8, 3, 100]), bytes(1, &[8, 3, 100]));
    assert_ne!(bytes(1, &[16]), bytes(2, &[16]));
    let two = bytes(1, &[8, 8]);
    assert_ne!(two[0], two[1]);
}

#[test]
fn tick_periods_are_noted_for_each_root() {
    let services = InProcess::builder().build();
    let second = Duration::from_secs(1);
    services.tick_period(1, 10, Some(second));
    services.tick_period(1, 11, Some(second * 2));
    services.tick_period(2, 10, Some(second));
    services.tick_period(1, 10, None);
    assert_eq!(services.ticks(1), [(11, second * 2)]);
    services.vm_ended(1);
    assert!(services.ticks(1).is_empty());
    assert_eq!(services.ticks(2), [(10, second)]);
}

#[test]
fn the_real_clock_goes_forward() {
    let services = InProcess::builder().build();
    let before = services.monotonic();
    services.advance(Duration::from_secs(1_000_000));
    assert!(services.monotonic() >= before);
    assert!(services.now() > 1_700_000_000_000_000_000);
}
