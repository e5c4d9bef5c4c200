use super::*;

#[test]
fn threads_define_one_metric_and_lose_no_count() {
    let metrics = Metrics::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..1_000 {
                    let name = format!("m{}", round % 10);
                    let id = metrics
                        .define(MetricType::Counter, name.as_bytes())
                        .unwrap();
                    metrics.increment(id, 1).unwrap();
                }
            });
        }
    });
    let counts: Vec<_> = metrics.snapshot().map(|metric| metric.value).collect();
    assert_eq!(counts, vec![MetricValue::Counter(400); 10]);
}

#[test]
fn a_snapshot_tells_names_and_values_in_the_order_of_definition() {
    let metrics = Metrics::new();
    let gauge = metrics.define(MetricType::Gauge, b"open").unwrap();
    let histogram = metrics.define(MetricType::Histogram, b"ms").unwrap();
    metrics.record(gauge, 3).unwrap();
    [0, 1, 5, 6]
        .into_iter()
        .for_each(|value| metrics.record(histogram, value).unwrap());
    let snapshot: Vec<_> = metrics.snapshot().collect();
    assert_eq!(
        snapshot[0],
        MetricSnapshot {
            name: b"open".to_vec(),
            value: MetricValue::Gauge(3)
        }
    );
    let buckets = vec![(0, 1), (1, 1), (7, 2)];
    let expected = HistogramSnapshot {
        count: 4,
        sum: 12,
        minimum: 0,
        maximum: 6,
        buckets,
    };
    assert_eq!(snapshot[1].value, MetricValue::Histogram(expected));
}

#[test]
fn names_that_are_too_long_are_refused() {
    let name = vec![b'x'; Metrics::MAX_NAME + 1];
    assert_eq!(
        Metrics::new().define(MetricType::Gauge, &name),
        Err(Status::BadArgument)
    );
}

#[test]
fn there_is_an_end_to_the_number_of_metrics() {
    let metrics = Metrics::new();
    let define = |index: usize| metrics.define(MetricType::Counter, &index.to_le_bytes());
    assert!((0..Metrics::MAX_METRICS).all(|index| define(index).is_ok()));
    assert_eq!(define(Metrics::MAX_METRICS), Err(Status::InternalFailure));
    assert_eq!(define(0), Ok(1));
}
