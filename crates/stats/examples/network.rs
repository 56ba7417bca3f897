//! Times a graph's figures on an edge list, for `tests/bench/network.py`: one line of JSON a figure.
//!
//!     network EDGES NODES TURNS
//!
//! EDGES is a file of pairs of little-endian 32-bit node numbers.

#![expect(clippy::print_stdout, reason = "a program that prints its measurements")]

use std::error::Error;
use std::time::Instant;

use stats::graph::{Graph, Repeated, SelfLoops, core_numbers, page_rank, strong_components, weak_components};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, nodes, turns] = &arguments[..] else {
        return Err("usage: network EDGES NODES TURNS".into());
    };
    let (nodes, turns): (usize, usize) = (nodes.parse()?, turns.parse()?);
    let bytes = std::fs::read(file)?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte));
    let edges: Vec<(u32, u32)> = bytes
        .chunks_exact(8)
        .map(|pair| (number(&pair[..4]), number(&pair[4..])))
        .collect();
    for _ in 0..turns {
        let started = Instant::now();
        let graph = Graph::new(nodes, &edges, true, Repeated::Collapse, SelfLoops::Drop)?;
        say("build", started, graph.edges() as f64);
        let started = Instant::now();
        let ranks = page_rank(&graph, 0.85, 1e-9)?;
        say("pagerank", started, ranks.of_node.iter().copied().fold(0.0, f64::max));
        let started = Instant::now();
        let weak = weak_components(&graph);
        say("weak components", started, weak.sizes.len() as f64);
        let started = Instant::now();
        let strong = strong_components(&graph);
        say("strong components", started, strong.sizes.len() as f64);
        let undirected = graph.to_simple_undirected();
        let started = Instant::now();
        let core = core_numbers(&undirected);
        say("k-core", started, f64::from(core.into_iter().max().unwrap_or(0)));
    }
    Ok(())
}

fn say(figure: &str, started: Instant, answer: f64) {
    println!(
        "{{\"figure\": \"{figure}\", \"seconds\": {}, \"answer\": {answer}}}",
        started.elapsed().as_secs_f64()
    );
}
