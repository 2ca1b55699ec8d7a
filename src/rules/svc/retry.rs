//! The list of retry intervals, in hours. No article names its value, so any text with `retry` in its name counts (Q151780).

use crate::{
    backup::{Backup, ServiceKey, ServiceValue, Setting, registry_values::describe},
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::fits;

static RETRY_NAME: Pattern = Pattern::new("(?i)retry");
/// The dialog takes 0 to 100 hours.
const MOST_HOURS: f64 = 100.0;
const DEFAULT: &str = ".25,.5,1,4";

declare_rule! {
    /// Retry interval list is empty, zero or invalid.
    ///
    /// ## Why it matters
    /// The text box accepts anything. With a text that is no list of numbers the 4.0 service silently takes zero for all intervals,
    /// while the dialog goes on showing the text; numbers above 100 are ignored at the start. Then there is no second attempt after
    /// a temporary failure.
    ///
    /// ## What to do
    /// Restore .25,.5,1,4 (hours) on the Connections page and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryInterval"="0"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryIntervals"=".25,.5,x,4"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "QueueRetry"=hex(7):2e,32,35,00,34,30,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryInterval"=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryInterval"=".25,.5,1,4"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryInterval"="0; 0.5 100"
    /// ```
    pub static RETRY_INTERVALS_INVALID = {
        id: "SVC230", name: "retry-intervals-invalid", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146669", "Q151780"],
        needs: [ImcsvcReg],
        tags: ["queue"],
        check: Backup(retry_intervals_invalid),
    }
}

fn retry_intervals_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, lists)) = recognised(backup, findings) else { return };
    let wrong: Vec<_> = lists.into_iter().filter_map(|list| Some((fault(&list.data)?, list))).collect();
    let Some((fault, first)) = wrong.first() else { return };
    findings
        .report(format!("{} is '{}': {fault}", first.value.name, first.data.join(",")))
        .evidences(wrong.iter().map(|(_, list)| Evidence::setting(service, list).expected(DEFAULT)));
}

fn fault(items: &[&str]) -> Option<String> {
    let hours: Vec<Option<f64>> = items.iter().map(|item| hours(item)).collect();
    let position = |is_wrong: fn(&Option<f64>) -> bool| hours.iter().position(is_wrong).and_then(|at| items.get(at));
    if items.is_empty() {
        Some("the list is empty".to_owned())
    } else if let Some(item) = position(Option::is_none) {
        Some(format!("'{item}' is no number of hours"))
    } else if let Some(item) = position(|hours| hours.is_some_and(|hours| hours > MOST_HOURS)) {
        Some(format!("{item} is more than {MOST_HOURS} hours"))
    } else {
        hours.iter().flatten().all(|hours| *hours <= 0.0).then(|| "all intervals are zero".to_owned())
    }
}

declare_rule! {
    /// Retry setting for draining the queues is still in place.
    ///
    /// ## Why it matters
    /// A single retry after a quarter of an hour, together with time-outs of one hour, is the recommended setting before a connector
    /// is removed. In normal operation it returns mail after an hour of outage.
    ///
    /// ## What to do
    /// Restore the defaults: retries after .25,.5,1,4 hours and a time-out of 48 hours.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryInterval"=".25"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryInterval"=hex(7):30,2e,32,35,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetryInterval"=".25,.5,1,4"
    /// ```
    pub static RETRY_INTERVALS_DRAIN_SETTING = {
        id: "SVC231", name: "retry-intervals-drain-setting", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q153655", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["queue"],
        check: Backup(retry_intervals_drain_setting),
    }
}

fn retry_intervals_drain_setting(backup: &Backup, findings: &mut Findings<'_>) {
    const QUARTER: f64 = 0.25;
    let Some((service, lists)) = recognised(backup, findings) else { return };
    let is_quarter = |item: &str| hours(item).is_some_and(|hours| (hours - QUARTER).abs() < f64::EPSILON);
    let drains = |list: &&Setting<'_, Vec<&str>>| matches!(list.data.as_slice(), [only] if is_quarter(only));
    let Some(list) = lists.iter().find(drains) else { return };
    findings
        .report(format!("{} holds the single interval {}: one retry after a quarter of an hour", list.value.name, list.data.join(",")))
        .evidence(Evidence::setting(service, list).expected(DEFAULT));
}

type Lists<'a> = Vec<Setting<'a, Vec<&'a str>>>;

/// Returns the values that look like the list of retry intervals, each with its items; says so when there is none.
fn recognised<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<(&'a ServiceKey, Lists<'a>)> {
    let service = backup.service.as_ref()?;
    let is_named = |found: &&ServiceValue| fits(&RETRY_NAME, &found.value.name) && describe("Parameters", &found.value.name).is_none();
    let lists: Lists<'_> = service.values_of("Parameters").into_iter().filter(is_named).filter_map(list).collect();
    if lists.is_empty() {
        findings.undecided("a list of retry intervals in Parameters", "no value by such a name was recognised");
        return None;
    }
    Some((service, lists))
}

fn list(found: &ServiceValue) -> Option<Setting<'_, Vec<&str>>> {
    let data = &found.value.data;
    let texts: Vec<&str> = match (data.text(), data.strings()) {
        (Some(text), _) => vec![text],
        (None, Some(strings)) => strings.iter().map(String::as_str).collect(),
        (None, None) => return None,
    };
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let items = texts.into_iter().flat_map(|text| text.split(is_separator)).filter(|item| !item.is_empty());
    Some(Setting { data: items.collect(), key: &found.key, value: &found.value })
}

/// Returns a decimal number without sign or exponent.
fn hours(item: &str) -> Option<f64> {
    item.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then(|| item.parse().ok()).flatten()
}
