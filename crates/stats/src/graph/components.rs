//! Which nodes hang together.

use super::Graph;

/// Nodes by component.
#[derive(Debug, Clone, PartialEq)]
pub struct Components {
    /// The component of each node; components are numbered by their smallest node.
    pub of_node: Vec<u32>,
    /// Nodes in each component.
    pub sizes: Vec<u64>,
}

impl Components {
    /// Nodes of the largest component; 0 without nodes.
    pub fn largest(&self) -> u64 {
        self.sizes.iter().copied().max().unwrap_or(0)
    }

    /// Renumbers any labels below n by the smallest node that has them.
    pub(super) fn of_labels(labels: &[u32]) -> Self {
        let mut number = vec![u32::MAX; labels.len()];
        let mut sizes: Vec<u64> = Vec::new();
        let of_node = labels
            .iter()
            .map(|&label| {
                let number = &mut number[label as usize];
                if *number == u32::MAX {
                    *number = sizes.len() as u32;
                    sizes.push(0);
                }
                sizes[*number as usize] += 1;
                *number
            })
            .collect();
        Components { of_node, sizes }
    }
}

/// Components whatever the direction of edges, by union and find with halved paths; near linear.
pub fn weak_components(graph: &Graph) -> Components {
    let mut parent: Vec<u32> = (0..graph.nodes() as u32).collect();
    let root = |parent: &mut Vec<u32>, mut node: u32| {
        while parent[node as usize] != node {
            let above = parent[parent[node as usize] as usize];
            parent[node as usize] = above;
            node = above;
        }
        node
    };
    for node in 0..graph.nodes() {
        let mut top = root(&mut parent, node as u32);
        for &other in graph.successors(node) {
            // Most neighbours hang below the same root by now.
            if parent[other as usize] == top {
                continue;
            }
            let found = root(&mut parent, other);
            if found != top {
                let (low, high) = (top.min(found), top.max(found));
                parent[high as usize] = low;
                top = low;
            }
        }
    }
    let labels: Vec<u32> = (0..graph.nodes() as u32).map(|node| root(&mut parent, node)).collect();
    Components::of_labels(&labels)
}

/// Components within which every node reaches every other along edges (Tarjan 1972, SIAM Journal on Computing 1, 146–160), without
/// recursion; O(n + m). In an undirected graph the same as [`weak_components`].
pub fn strong_components(graph: &Graph) -> Components {
    const UNSEEN: u32 = u32::MAX;
    let n = graph.nodes();
    let (mut order, mut low, mut labels) = (vec![UNSEEN; n], vec![0_u32; n], vec![UNSEEN; n]);
    let (mut stack, mut path): (Vec<u32>, Vec<(u32, usize)>) = (Vec::new(), Vec::new());
    let mut seen = 0;
    for start in 0..n {
        if order[start] != UNSEEN {
            continue;
        }
        path.push((start as u32, 0));
        while let Some((node, next)) = path.pop() {
            let here = node as usize;
            if next == 0 {
                (order[here], low[here]) = (seen, seen);
                seen += 1;
                stack.push(node);
            } else {
                let child = graph.successors(here)[next - 1] as usize;
                low[here] = low[here].min(low[child]);
            }
            let mut descend = None;
            for (index, &other) in graph.successors(here).iter().enumerate().skip(next) {
                let there = other as usize;
                if order[there] == UNSEEN {
                    descend = Some((index + 1, other));
                    break;
                }
                if labels[there] == UNSEEN {
                    low[here] = low[here].min(order[there]);
                }
            }
            if let Some((resume, child)) = descend {
                path.push((node, resume));
                path.push((child, 0));
            } else if low[here] == order[here] {
                while let Some(member) = stack.pop() {
                    labels[member as usize] = node;
                    if member == node {
                        break;
                    }
                }
            }
        }
    }
    Components::of_labels(&labels)
}
