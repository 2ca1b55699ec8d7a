//! The examples in the documentation of the rules: every `Fires` gives a finding of exactly that rule, every `Silent` none of it.

use imcscan::{diagnostics::Outcome, rules::CATALOGUE, testing::report_of_fixture};

#[test]
fn every_example_does_what_it_says() {
    let mut wrong = Vec::new();
    for rule in CATALOGUE {
        let code = rule.meta.code;
        for (number, example) in rule.meta.documentation().examples().iter().enumerate() {
            let report = match report_of_fixture(&example.fixture) {
                Ok(report) => report,
                Err(error) => {
                    wrong.push(format!("{code} example {number}: {error}"));
                    continue;
                }
            };
            let found = report.findings.iter().filter(|finding| finding.rule.code == code).count();
            let outcome = report.outcomes.iter().find(|(rule, _)| rule.meta.code == code).map(|(_, outcome)| outcome);
            if (found > 0) != example.fires || (outcome == Some(&Outcome::Fired)) != example.fires {
                wrong.push(format!("{code} example {number} fires: {}, found {found}, outcome {outcome:?}", example.fires));
            }
            for finding in report.findings.iter().filter(|finding| finding.rule.code == code) {
                if finding.evidence.is_empty() {
                    wrong.push(format!("{code} example {number}: a finding without evidence"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
