//! How often and with how many threads the service works.

use crate::{
    backup::{Backup, ServiceKey, Setting, counts_threads},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::with_settings;

/// Values that set how many threads are created at start.
const THREADS: [&str; 4] = ["SMTPWorkerThreads", "ResolverThreads", "ThreadsPerProcessor", "InOutThreads"];
/// Minutes between two looks at the routing table that the readmes advise.
const ADVISED_MINUTES: u32 = 15;

declare_rule! {
    /// A thread count is zero.
    ///
    /// ## Why it matters
    /// These values set how many threads are created at start. With none for a task the corresponding queue stands still. The names of
    /// the values for inbound and outbound threads are not documented and are recognised by their form.
    ///
    /// ## What to do
    /// Delete the value or run Performance Optimizer.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolverThreads"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "Inbound Threads"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolverThreads"=dword:00000004
    /// ```
    pub static THREAD_COUNT_ZERO = {
        id: "SVC060", name: "thread-count-zero", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q184542", "Q246125", "Q169845"],
        needs: [ImcsvcReg],
        tags: ["performance", "queue"],
        check: Backup(thread_count_zero),
    }
}

fn thread_count_zero(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let is_count = |name: &str| counts_threads(name) || THREADS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let counts = service.values_of("Parameters").into_iter().filter(|value| is_count(&value.value.name));
    let zero: Vec<_> = counts.filter_map(|value| service.number(&value.value.name)).filter(|count| count.data == 0).collect();
    if !zero.is_empty() {
        let verb = if zero.len() == 1 { "is" } else { "are" };
        findings
            .report(format!("{} {verb} 0", enumerated(zero.iter().map(|count| count.value.name.as_str()), 6)))
            .evidences(zero.iter().map(|count| Evidence::setting(service, count).expected("at least 1, or no such value")));
    }
}

declare_rule! {
    /// Routing table is read only at service start.
    ///
    /// ## Why it matters
    /// Changes to address spaces and connected sites are not noticed until the service is restarted.
    ///
    /// ## What to do
    /// Set RouteCalculationInterval to 0xF (15 minutes) or delete the value.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RouteCalculationInterval"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RouteCalculationInterval"=dword:0000000f
    /// ```
    pub static ROUTE_INTERVAL_ZERO = {
        id: "SVC065", name: "route-interval-zero", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0],
        kb: ["Q153655", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(route_interval_zero),
    }
}

fn route_interval_zero(backup: &Backup, findings: &mut Findings<'_>) {
    if let Some((service, interval)) = interval(backup, findings).filter(|(_, interval)| interval.data == 0) {
        findings
            .report("RouteCalculationInterval is 0: the routing table is read at the start of the service only")
            .evidence(Evidence::setting(service, &interval).expected("0xF, 15 minutes"));
    }
}

fn interval<'b>(backup: &'b Backup, findings: &mut Findings<'_>) -> Option<(&'b ServiceKey, Setting<'b, u32>)> {
    let service = with_settings(backup, findings)?;
    Some((service, service.number("RouteCalculationInterval")?))
}

declare_rule! {
    /// Routing interval differs from the recommended 15 minutes.
    ///
    /// ## Why it matters
    /// The readmes advise to keep 15 minutes. 0x15, which is 21, is a usual slip for 15 in decimal.
    ///
    /// ## What to do
    /// Set the value back to 0xF unless it is intended.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RouteCalculationInterval"=dword:0000003c
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RouteCalculationInterval"=dword:0000000f
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RouteCalculationInterval"=dword:00000000
    /// ```
    pub static ROUTE_INTERVAL_CHANGED = {
        id: "SVC066", name: "route-interval-changed", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0],
        kb: ["Q153655", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(route_interval_changed),
    }
}

fn route_interval_changed(backup: &Backup, findings: &mut Findings<'_>) {
    if let Some((service, interval)) = interval(backup, findings).filter(|(_, interval)| ![0, ADVISED_MINUTES].contains(&interval.data)) {
        findings
            .report(format!("RouteCalculationInterval is {} minutes", interval.data))
            .evidence(Evidence::setting(service, &interval).expected("0xF, 15 minutes"));
    }
}
