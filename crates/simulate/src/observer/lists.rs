//! The roster and the hand-checked personas, written when all is over.

use super::*;

impl Observer<'_> {
    pub(super) fn write_rosters(&mut self, world: &World, rosters: &Rosters) -> io::Result<()> {
        let format = self.manner.format;
        let file = self
            .press
            .open("roster.csv", "roster,handle,account_id,listed_at,unlisted_at\n")?;
        let end = world.midnight(world.params.period.days);
        let mut listings: Vec<_> = rosters.listings.iter().filter(|l| l.listed_ms < end).collect();
        listings.sort_by_key(|l| (l.roster, l.listed_ms, l.account));
        for listing in listings {
            let id = if listing.with_id {
                format.account_id(world.accounts[listing.account].id)
            } else {
                String::new()
            };
            let unlisted = listing
                .unlisted_ms
                .filter(|at| *at < end)
                .map(rfc3339)
                .unwrap_or_default();
            let roster = ROSTERS[listing.roster].0;
            let (handle, listed) = (format.handle(&listing.handle), rfc3339(listing.listed_ms));
            self.put_row(
                file,
                Entry::Roster,
                format!("{roster},{handle},{id},{listed},{unlisted}\n"),
            )?;
        }
        self.put_row(file, Entry::BadRow, format!("second,,,{},\n", rfc3339(world.start_ms)))
    }

    /// Who is whose next account, as somebody who knew would write it down by hand.
    pub(super) fn write_personas(&mut self, world: &World) -> io::Result<()> {
        let file = self.press.open(PERSONAS, "account_id,person_id,return_number\n")?;
        for (index, person) in world.people.iter().enumerate() {
            for account in &person.accounts {
                let account = &world.accounts[*account];
                let id = self.manner.format.account_id(account.id);
                let row = format!("{id},{},{}\n", person_id(index), account.return_number);
                self.put_row(file, Entry::Persona, row)?;
            }
        }
        Ok(())
    }
}
