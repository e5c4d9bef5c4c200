//! Who runs on which cores.

use peers::Cores;

/// The cores of the three processes of a round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The proxy's, which it has to itself.
    pub(crate) proxy: Cores,
    /// The upstream's.
    pub(crate) upstream: Cores,
    /// The generator's.
    pub(crate) generator: Cores,
}

impl Layout {
    /// Spreads the processes over the cores there are: the proxy has `workers` of them alone,
    /// the two others share what is left or, from two on, have one each. With too few cores
    /// nothing is pinned.
    pub(crate) fn over(cores: &Cores, workers: usize) -> Self {
        let numbers = cores.numbers();
        let Some(left) = numbers.len().checked_sub(workers).filter(|left| *left > 0) else {
            return Self::default();
        };
        // The first cores take most interrupts, so the proxy gets the last ones.
        let (others, proxy) = numbers.split_at(left);
        let (upstream, generator) = match others {
            [one] => (vec![*one], vec![*one]),
            [.., upstream, generator] => (vec![*upstream], vec![*generator]),
            [] => return Self::default(),
        };
        Self {
            proxy: Cores::new(proxy.iter().copied()),
            upstream: Cores::new(upstream),
            generator: Cores::new(generator),
        }
    }

    /// Whether upstream and generator have a core each.
    pub(crate) fn apart(&self) -> bool {
        !self.proxy.is_empty() && self.upstream != self.generator
    }

    /// What a reader must know of it; nothing where each process has its own core.
    pub(crate) fn caution(&self) -> Option<&'static str> {
        if self.proxy.is_empty() {
            return Some(
                "there are too few cores to give the proxy one of its own: nothing was pinned, and \
                 proxy, upstream and generator took each other's time",
            );
        }
        (!self.apart()).then_some(
            "upstream and generator shared a core: the fastest proxies' throughput may be bounded by them",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(cores: usize, workers: usize) -> [String; 3] {
        let layout = Layout::over(&Cores::new(0..cores), workers);
        [layout.proxy, layout.upstream, layout.generator].map(|cores| cores.to_string())
    }

    #[test]
    fn the_proxy_has_its_cores_alone() {
        assert_eq!(layout(1, 1), ["", "", ""]);
        assert_eq!(layout(2, 1), ["1", "0", "0"]);
        assert_eq!(layout(3, 1), ["2", "0", "1"]);
        assert_eq!(layout(8, 2), ["6,7", "4", "5"]);
        assert_eq!(layout(2, 2), ["", "", ""]);
    }

    #[test]
    fn a_shared_core_is_told() {
        let caution = |cores| Layout::over(&Cores::new(0..cores), 1).caution();
        assert!(caution(1).is_some_and(|text| text.contains("pinned")));
        assert!(caution(2).is_some_and(|text| text.contains("shared")));
        assert_eq!(caution(3), None);
        let apart = |cores| Layout::over(&Cores::new(0..cores), 1).apart();
        assert_eq!([1, 2, 3, 4].map(apart), [false, false, true, true]);
    }
}
