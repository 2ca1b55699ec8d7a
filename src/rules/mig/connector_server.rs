//! Migrations that touch the connector's own server (Q177776).

use crate::{
    backup::{
        Backup,
        migration::{Migration, UserKey, folded},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{result, row};

declare_rule! {
    /// Migration moves mailboxes to or from the connector's server.
    ///
    /// ## Why it matters
    /// Mail to users who are moved is delivered on the spot or passed on, depending on the time of the move; queued mail may
    /// still carry the old home server.
    ///
    /// ## What to do
    /// Keep the times of the result lines in mind when reading the queues.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name
    /// Mail-Gateway,Internet Mail Connector (GW-PROD1)
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,gw-prod1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name
    /// Mail-Gateway,Internet Mail Connector (GW-PROD2)
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// ```
    pub static MIGRATION_LIST_AND_CONNECTOR_SERVER = {
        id: "MIG056", name: "migration-list-and-connector-server", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0],
        kb: ["Q177776"],
        needs: [MigrateList | MigrateLog, ImcobjCsv],
        tags: ["migration", "identity"],
        check: Backup(migration_list_and_connector_server),
    }
}

fn migration_list_and_connector_server(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(((server, column), (directory, gateway))) =
        backup.gateway.as_ref().and_then(|gateway| Some((gateway.server_and_column()?, (backup.directory.as_ref()?, gateway))))
    else {
        return findings.undecided("Imcobj.csv", "no column names the connector's server");
    };
    let migration = Migration::of(&backup.siblings);
    let rows = migration.listed.iter().map(|listed| (listed.user(), row(listed)));
    let lines = migration.attempts.iter().map(|attempt| (attempt.user(), result(attempt)));
    let own = folded(server);
    let touched: Vec<(UserKey, Evidence)> = rows.chain(lines).filter(|(user, _)| user.source == own || user.destination == own).collect();
    if touched.is_empty() {
        return;
    }
    let mut users: Vec<&UserKey> = touched.iter().map(|(user, _)| user).collect();
    users.sort();
    users.dedup();
    let count = |wanted: fn(&UserKey) -> &String| users.iter().filter(|user| **wanted(user) == *own).count();
    let directions = [("to", count(|user| &user.destination)), ("from", count(|user| &user.source))];
    let moves: Vec<String> =
        directions.iter().filter(|(_, count)| *count > 0).map(|(way, count)| format!("{} {way} {server}", counted(*count, "mailbox"))).collect();
    findings
        .report(format!("lists and logs move {}, the server of the connector", moves.join(" and ")))
        .evidence(Evidence::attribute(directory, gateway, column).expected("a server that the migration does not touch"))
        .first_evidences(touched.into_iter().map(|(_, proof)| proof.expected("other servers than the connector's")));
}
