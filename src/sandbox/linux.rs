//! The walls on Linux. First the calls that nobody needs are refused, then who is exempt starts, then the rest is confined.

use std::{collections::BTreeMap, env::consts::ARCH, process};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd, RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope,
};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, apply_filter, sock_filter,
};

use super::{
    Policy, Walls,
    calls::{CHANGES, EVERYBODY, OPENAT2, Refused, When},
};

pub(super) fn confine(policy: &Policy, exempt: impl FnOnce()) -> Walls {
    let everybody = refuse(EVERYBODY.iter());
    exempt();
    let landlock = read_only(policy).map_err(|error| error.to_string()).and_then(version);
    // What openat2(2) is asked for lies in memory where seccomp cannot look; where Landlock does not stand the call is refused as a whole, and
    // the reader of evidence goes step by step.
    let blind = landlock.is_err().then_some(&OPENAT2);
    let seccomp = everybody.and_then(|()| refuse(CHANGES.iter().chain(blind)));
    Walls { landlock, seccomp }
}

/// Confines the thread to reading what the policy names. What is not there any more is left out; whoever opens it says so.
fn read_only(policy: &Policy) -> Result<RestrictionStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::AbstractUnixSocket)?
        .create()?;
    let grants: [(_, BitFlags<AccessFs>); 3] = [
        (&policy.files, AccessFs::ReadFile.into()),
        (&policy.beneath, AccessFs::ReadFile | AccessFs::ReadDir),
        (&policy.names, AccessFs::ReadDir.into()),
    ];
    for (paths, access) in grants {
        for handle in paths.iter().filter_map(|path| PathFd::new(path).ok()) {
            ruleset = ruleset.add_rule(PathBeneath::new(handle, access))?;
        }
    }
    ruleset.restrict_self()
}

/// Returns the version of what stands.
fn version(status: RestrictionStatus) -> Result<i32, String> {
    match (status.landlock, status.ruleset) {
        (_, RulesetStatus::NotEnforced) | (LandlockStatus::NotImplemented, _) => {
            Err("this kernel offers no Landlock, which is part of Linux since 5.13".to_owned())
        }
        (LandlockStatus::NotEnabled, _) => Err("this kernel has Landlock, but it was not switched on at its start".to_owned()),
        (LandlockStatus::Available { effective_abi, kernel_abi }, _) => Ok(kernel_abi.unwrap_or(effective_abi as i32)),
    }
}

/// Refuses calls with EPERM, for good.
fn refuse<'c>(calls: impl Iterator<Item = &'c Refused>) -> Result<(), String> {
    let program = program(calls).map_err(|error| error.to_string())?;
    apply_filter(&program).map_err(|error| format!("this kernel does not take a seccomp filter: {error}"))
}

fn program<'c>(calls: impl Iterator<Item = &'c Refused>) -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for Refused { number, when } in calls {
        let conditions = conditions(*when)?.into_iter().map(|condition| SeccompRule::new(vec![condition])).collect::<Result<Vec<_>, _>>()?;
        rules.entry(*number).or_default().extend(conditions);
    }
    let refusal = SeccompAction::Errno(EPERM);
    let listed: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refusal, ARCH.try_into()?)?.try_into()?;
    Ok(if cfg!(all(target_arch = "x86_64", target_pointer_width = "64")) { NO_X32.into_iter().chain(listed).collect() } else { listed })
}

const EPERM: u32 = libc::EPERM.unsigned_abs();

/// What stands before the list on x86-64. Every call has a second number there, for programs with 32-bit pointers, which some kernels take
/// from any program and which would pass the list by. They have bit 30, and are all refused: load the number, look at the bit, return.
const NO_X32: [sock_filter; 3] = [
    sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 },
    sock_filter { code: 0x45, jt: 0, jf: 1, k: 1 << 30 },
    sock_filter { code: 0x06, jt: 0, jf: 0, k: libc::SECCOMP_RET_ERRNO | EPERM },
];

/// Returns the conditions of which one suffices; none when the call is always refused.
fn conditions(when: When) -> Result<Vec<SeccompCondition>, BackendError> {
    let condition = |argument, operator, value| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value);
    match when {
        When::Always => Ok(Vec::new()),
        When::Is(argument, values) => values.iter().map(|value| condition(argument, SeccompCmpOp::Eq, *value)).collect(),
        When::HasBit(argument, bits) => bits.iter().map(|bit| condition(argument, SeccompCmpOp::MaskedEq(*bit), *bit)).collect(),
        When::IsNotSelf(argument) => Ok(vec![condition(argument, SeccompCmpOp::Ne, process::id().into())?]),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_lists_are_short_and_name_each_call_once() {
        for calls in [EVERYBODY, CHANGES] {
            let numbers: BTreeSet<i64> = calls.iter().map(|call| call.number).collect();
            assert_eq!(numbers.len(), calls.len(), "a condition would be added to what is always refused");
            // The kernel walks through the list for many calls; some hundred steps are not felt.
            assert!(program(calls.iter()).unwrap().len() < 400);
        }
    }
}
