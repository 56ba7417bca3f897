//! Every table of the contract, grouped by the stage that first fills it. A table that no stage fills yet is here all the
//! same, so that the contract does not move when a stage learns to fill it.

mod dedupe;
mod enrich;
mod ingest;
mod metrics;
mod truth;
mod words;

pub use dedupe::{
    Campaign, Campaigns, Cluster, ClusterMember, ClusterMembers, Clusters, Duplicate, Duplicates, Links, Persona,
    PersonaLink, Personas,
};
pub use enrich::{
    AccountLanguage, AccountLanguages, AccountSign, AccountSigns, Interaction, Interactions, Member, Members,
    PostingDay, PostingDays, Sample, Samples, Spell, Spells, Stay, Stays, Term, Terms, WindowRow, Windows,
};
pub use ingest::{
    Account, Accounts, Availability, AvailabilityCheck, Follow, Follows, LedgerEntries, LedgerEntry, Post, PostId,
    PostIds, Posts, Reject, Rejects, Roster, RosterEntry,
};
pub use metrics::{
    AtRisk, AtRiskRow, Comparison, Comparisons, Content, ContentTerm, Counterpart, Counterparts, Influence,
    InfluenceRow, Measure, Measures, Network, NetworkRow, Return, Returns, Series, SeriesPoint, Survival, SurvivalRow,
    TestRow, Tests, Wave, Waves,
};
pub use truth::{
    TruthAccount, TruthAccounts, TruthCopies, TruthCopy, TruthInjected, TruthInjection, TruthInteraction,
    TruthInteractions, TruthMeasure, TruthMeasures, TruthPerson, TruthPersons, TruthSign, TruthSigns,
};
pub use words::{Basis, Flow, InteractionKind, PostKind, PostedBasis, Relation, SetName, State, TermKind, VerdictWord};

use crate::table::{ColumnDoc, Table};
use arrow::datatypes::SchemaRef;

/// What the data dictionary and other readers of the whole contract need to know of a table.
#[derive(Debug)]
pub struct Description {
    /// File name without `.parquet`.
    pub name: &'static str,
    /// Schema version.
    pub version: u32,
    /// The columns that order the rows.
    pub key: &'static [&'static str],
    /// What one row is.
    pub doc: &'static str,
    /// The columns' meanings, in schema order.
    pub columns: &'static [ColumnDoc],
    /// The Arrow schema.
    pub schema: SchemaRef,
}

fn describe<T: Table>() -> Description {
    Description {
        name: T::NAME,
        version: T::VERSION,
        key: T::KEY,
        doc: T::DOC,
        columns: T::COLUMNS,
        schema: T::schema(),
    }
}

/// Every table of the contract, in the order in which the stages fill them.
#[must_use]
pub fn all() -> Vec<Description> {
    vec![
        describe::<Posts>(),
        describe::<PostIds>(),
        describe::<Accounts>(),
        describe::<Availability>(),
        describe::<Follows>(),
        describe::<Roster>(),
        describe::<Rejects>(),
        describe::<LedgerEntries>(),
        describe::<Duplicates>(),
        describe::<Clusters>(),
        describe::<ClusterMembers>(),
        describe::<Campaigns>(),
        describe::<Personas>(),
        describe::<Links>(),
        describe::<Samples>(),
        describe::<Windows>(),
        describe::<Spells>(),
        describe::<Members>(),
        describe::<Stays>(),
        describe::<AccountLanguages>(),
        describe::<AccountSigns>(),
        describe::<Terms>(),
        describe::<PostingDays>(),
        describe::<Interactions>(),
        describe::<Measures>(),
        describe::<Series>(),
        describe::<Survival>(),
        describe::<Returns>(),
        describe::<Network>(),
        describe::<Waves>(),
        describe::<Influence>(),
        describe::<AtRisk>(),
        describe::<Tests>(),
        describe::<Content>(),
        describe::<Comparisons>(),
        describe::<Counterparts>(),
        describe::<TruthPersons>(),
        describe::<TruthAccounts>(),
        describe::<TruthInteractions>(),
        describe::<TruthCopies>(),
        describe::<TruthSigns>(),
        describe::<TruthMeasures>(),
        describe::<TruthInjected>(),
    ]
}
