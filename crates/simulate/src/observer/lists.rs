//! The roster and the hand-checked personas, written when all is over.

use super::*;

impl Observer<'_> {
    pub(super) fn write_rosters(&mut self, world: &World, rosters: &Rosters) -> io::Result<()> {
        let mut file = self.shelf.create("roster.csv")?;
        file.write_all(b"roster,handle,account_id,listed_at,unlisted_at\n")?;
        let end = world.midnight(world.params.period.days);
        let mut listings: Vec<_> = rosters.listings.iter().filter(|l| l.listed_ms < end).collect();
        listings.sort_by_key(|l| (l.roster, l.listed_ms, l.account));
        for listing in listings {
            let id = if listing.with_id {
                world.accounts[listing.account].id.to_string()
            } else {
                String::new()
            };
            let unlisted = listing
                .unlisted_ms
                .filter(|at| *at < end)
                .map(rfc3339)
                .unwrap_or_default();
            let roster = ROSTERS[listing.roster].0;
            writeln!(
                file,
                "{roster},{},{id},{},{unlisted}",
                listing.handle,
                rfc3339(listing.listed_ms)
            )?;
            self.note("roster.csv", Entry::Roster);
        }
        writeln!(file, "second,,,{},", rfc3339(world.start_ms))?;
        self.note("roster.csv", Entry::BadRow);
        file.finish()
    }

    /// Who is whose next account, as somebody who knew would write it down by hand.
    pub(super) fn write_personas(&mut self, world: &World) -> io::Result<()> {
        let mut file = self.shelf.create(PERSONAS)?;
        file.write_all(b"account_id,person_id,return_number\n")?;
        for (index, person) in world.people.iter().enumerate() {
            for account in &person.accounts {
                let account = &world.accounts[*account];
                writeln!(file, "{},{},{}", account.id, person_id(index), account.return_number)?;
                self.note(PERSONAS, Entry::Persona);
            }
        }
        file.finish()
    }
}
