//! Workloads: modules, configurations, traffic and expected outcomes
