//! What the built-in workloads promise.

use std::collections::HashSet;

use wasmparser::{Operator, Parser, Payload};
use workloads::{
    Exchange, Expectation, NativeTwin, Workload, WorkloadError, catalogue, find, find_variant,
    names, quick_names, variants,
};

fn workload(name: &str) -> Workload {
    find(name).expect("a built-in workload")
}

/// Every workload whose module is here.
fn workloads() -> Vec<Workload> {
    let found = names().map(find);
    found
        .filter_map(|found| match found {
            Ok(workload) => Some(workload),
            Err(WorkloadError::NotBuilt { .. }) => None,
            Err(error) => panic!("{error}"),
        })
        .collect()
}

fn local_responses(exchanges: &[Exchange]) -> usize {
    let local =
        |exchange: &&Exchange| matches!(exchange.expect, Some(Expectation::LocalResponse(_)));
    exchanges.iter().filter(local).count()
}

/// The workload that only counts asks for no variety.
fn is_counter(name: &str) -> bool {
    name == "shared-counter"
}

#[test]
fn every_workload_is_whole() {
    for workload in workloads() {
        let name = &workload.name;
        assert!(workload.module.starts_with(b"\0asm\x01\0\0\0"), "{name}");
        let first = &variants(name).expect("its variants")[0];
        assert_eq!(workload.variant, first.name, "{name}");
        assert_eq!(Some(workload.module.len() as u64), first.module_bytes);
        assert!(
            !workload.description.is_empty() && !workload.description.contains('\n'),
            "{name}"
        );
        assert!(
            workload.exchanges.len() >= 200 || is_counter(name),
            "{name}"
        );
    }
}

#[test]
fn every_exchange_is_different_realistic_and_has_its_outcome() {
    for workload in workloads() {
        if is_counter(&workload.name) {
            continue;
        }
        let mut seen = HashSet::new();
        for exchange in &workload.exchanges {
            let place = format!("{} {}", workload.name, exchange.id);
            let (request, response) = (&exchange.request, &exchange.response);
            assert!((8..=25).contains(&request.headers.len()), "{place}");
            assert!((8..=25).contains(&response.headers.len()), "{place}");
            // A firewall examines bodies; to the others they are only weight.
            let largest = match workload.name.as_str() {
                "waf-modsec" | "waf-coraza" => 65_536,
                _ => 2_048,
            };
            let longest = request.body.len().max(response.body.len());
            assert!(longest <= largest, "{place}");
            assert!(exchange.expect.is_some(), "{place}");
            assert!(seen.insert(format!("{request:?}{response:?}")), "{place}");
        }
    }
}

#[test]
fn given_lengths_are_those_of_the_bodies() {
    for workload in workloads() {
        for exchange in &workload.exchanges {
            let (request, response) = (&exchange.request, &exchange.response);
            let bodyless = request.method == "HEAD" || response.status == 304;
            for (headers, length) in [
                (&request.headers, request.body.len()),
                (&response.headers, response.body.len()),
            ] {
                // A length that is not the body's is one of the attacks.
                if workload.name.starts_with("waf-") && exchange.id.contains("attack") {
                    continue;
                }
                let given = headers.iter().find(|(name, _)| name == "content-length");
                if let Some((_, value)) = given.filter(|_| !bodyless) {
                    assert_eq!(
                        value,
                        &length.to_string(),
                        "{} {}",
                        workload.name,
                        exchange.id
                    );
                }
            }
        }
    }
}

#[test]
fn header_rewrite_always_forwards() {
    let workload = workload("header-rewrite");
    assert_eq!(local_responses(&workload.exchanges), 0);
    for exchange in &workload.exchanges {
        let Some(Expectation::Forwarded(forwarded)) = &exchange.expect else {
            panic!("{} has no forwarded outcome", exchange.id);
        };
        let has = |name: &str, value: &str| {
            let wanted = (name.to_owned(), value.to_owned());
            forwarded.response_headers.contains(&wanted)
        };
        assert!(
            has("hi", "trendyol!") && has("x-wasm-custom", "FOO"),
            "{}",
            exchange.id
        );
        assert!(
            has("content-type", "text/plain; charset=utf-8"),
            "{}",
            exchange.id
        );
        let lengths = forwarded
            .response_headers
            .iter()
            .filter(|(name, _)| name == "content-length");
        assert_eq!(lengths.count(), 0, "{}", exchange.id);
    }
}

#[test]
fn prime_check_mixes_tokens_of_every_size() {
    let workload = workload("prime-check");
    assert_eq!(workload.exchanges.len(), 240);
    assert_eq!(local_responses(&workload.exchanges), 130);
    let near = |bits: u32| {
        let (low, high) = ((1u64 << bits) * 63 / 64, (1u64 << bits) * 65 / 64);
        let forwarded = workload
            .exchanges
            .iter()
            .filter(|exchange| matches!(exchange.expect, Some(Expectation::Forwarded(_))));
        forwarded
            .flat_map(|exchange| &exchange.request.headers)
            .filter(|(name, value)| {
                name == "token" && value.parse().is_ok_and(|n: u64| (low..high).contains(&n))
            })
            .count()
    };
    assert_eq!((near(20), near(32), near(45)), (72, 36, 2));
}

#[test]
fn variants_of_inference_differ_in_instructions_and_models() {
    let uses_simd = |workload: &Workload| {
        let mut operators = 0;
        for payload in Parser::new(0).parse_all(&workload.module) {
            let Ok(Payload::CodeSectionEntry(body)) = payload else {
                continue;
            };
            let reader = body.get_operators_reader().expect("a function");
            operators += reader
                .into_iter()
                .filter(|operator| matches!(operator, Ok(Operator::F32x4Mul)))
                .count();
        }
        operators > 0
    };
    let names = |name| -> Vec<String> {
        let variants = variants(name).expect("a built-in workload").into_iter();
        variants.map(|variant| variant.name).collect()
    };
    for name in names("inference-mlp") {
        let chosen = find_variant("inference-mlp", &name).expect("a variant");
        assert_eq!(uses_simd(&chosen), name.starts_with("simd"), "{name}");
        let width = name.split('-').next_back().expect("a width");
        let model = workload("inference-wasi-nn").models;
        let model = model
            .iter()
            .find(|model| model.name == format!("mlp-{width}"));
        // What the guest computes is what the host has under that name.
        assert_eq!(
            chosen.configuration,
            *model.expect("a model").bytes,
            "{name}"
        );
        assert_eq!(chosen.inference, None);
    }
    for name in names("inference-wasi-nn") {
        let chosen = find_variant("inference-wasi-nn", &name).expect("a variant");
        let backend = name.split('-').next().map(str::to_owned);
        assert_eq!(chosen.inference, backend, "{name}");
        assert_eq!(
            chosen.exchanges.len(),
            workload("inference-mlp").exchanges.len()
        );
    }
    let classes = local_responses(&workload("inference-mlp").exchanges);
    assert!((80..160).contains(&classes), "{classes} of 240 are refused");
}

#[test]
fn waf_modsec_answers_one_exchange_in_ten_and_sees_large_bodies_and_queries() {
    let workload = workload("waf-modsec");
    assert_eq!(workload.exchanges.len(), 300);
    assert_eq!(local_responses(&workload.exchanges), 30);
    let requests = || workload.exchanges.iter().map(|exchange| &exchange.request);
    assert!(requests().any(|request| request.body.len() > 60_000));
    assert!(requests().any(|request| request.path.len() > 3_500));
    let sends = |kind: &str| {
        requests().any(|request| {
            let mut headers = request.headers.iter();
            headers.any(|(name, value)| name == "content-type" && value.starts_with(kind))
        })
    };
    for kind in [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        assert!(sends(kind), "{kind}");
    }
}

#[test]
fn the_quick_preset_leaves_out_what_takes_too_long() {
    let quick: HashSet<&str> = quick_names().collect();
    assert!(quick.contains("header-rewrite") && quick.contains("prime-check"));
    assert!(!quick.contains("waf-modsec"));
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let error = find("header-rewrit").unwrap_err();
    assert!(matches!(error, WorkloadError::Unknown { .. }));
    for name in ["header-rewrite", "prime-check"].into_iter().chain(names()) {
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn an_unknown_variant_lists_the_known_ones() {
    let same = find_variant("prime-check", "rust").expect("the default variant");
    assert_eq!(same.module, workload("prime-check").module);
    let error = find_variant("prime-check", "cobol")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("'prime-check' has no variant 'cobol'; use one of rust"),
        "{error}"
    );
}

#[test]
fn every_variant_is_here_or_says_how_to_get_it() {
    for workload in catalogue() {
        for variant in &workload.variants {
            let place = format!("{} {}", workload.name, variant.name);
            assert_ne!(variant.module_bytes.is_some(), variant.missing.is_some());
            if let Some(missing) = &variant.missing {
                let remedy = format!("scripts/build-workloads {place}");
                assert_eq!(missing.remedy, remedy, "{place}");
                let error = find_variant(&workload.name, &variant.name).unwrap_err();
                assert!(error.to_string().ends_with(&remedy), "{error}");
            }
        }
    }
}

#[test]
fn the_twin_belongs_to_the_variants_of_its_sources() {
    let available = |variant| {
        let twin = find_variant("header-rewrite", variant)
            .expect("a variant")
            .twin;
        matches!(twin, NativeTwin::Available { .. })
    };
    // Where no twin can be built at all there is nothing to tell apart.
    if available("rust") {
        assert!(!available("c"));
    }
}

#[test]
fn languages_are_a_group_of_seven() {
    let variants = variants("header-rewrite").expect("a built-in workload");
    let languages: Vec<&str> = variants
        .iter()
        .filter(|variant| variant.groups.iter().any(|group| group == "languages"))
        .map(|variant| variant.language.as_str())
        .collect();
    let all = ["Rust", "Rust", "C", "C++", "Zig", "AssemblyScript", "Go"];
    assert_eq!(languages, all);
}

#[test]
fn a_missing_twin_says_why() {
    for workload in catalogue() {
        if let NativeTwin::Unavailable { reason, remedy } = workload.twin {
            assert!(!reason.is_empty() && !remedy.is_empty());
        }
    }
}
