//! `--sandbox` and `--verbose`: the program confines itself once it knows what it will read, and says so.

use thiserror::Error;

use crate::{
    export::start_scribe,
    sandbox::{Policy, Walls, confine},
};

use super::{
    args::{SandboxArgs, SandboxMode},
    console::{Console, Failure},
    exit::Exit,
};

#[derive(Debug, Error)]
#[error("--sandbox=require cannot be met here: {lack}")]
struct Lacking {
    lack: String,
}

/// Confines this thread and all that it starts to what the policy names. With `saves`, one thread is exempt that may create files; it takes
/// finished bytes and knows no format.
pub(super) fn enter(args: SandboxArgs, policies: impl IntoIterator<Item = Policy>, saves: bool) -> Result<(), Failure> {
    if args.sandbox == SandboxMode::Off {
        if args.verbose {
            Console::complain("sandbox: off, as --sandbox=off asks");
        }
        return Ok(());
    }
    let policy = policies.into_iter().fold(Policy::default(), Policy::with);
    let walls = confine(&policy, || {
        if saves {
            start_scribe();
        }
    });
    if args.verbose {
        Console::complain(&told(&policy, &walls, saves));
    }
    match walls.lack().filter(|_| args.sandbox == SandboxMode::Require) {
        Some(lack) => Err(Failure::Told(Exit::NoSandbox, Box::new(Lacking { lack }))),
        None => Ok(()),
    }
}

fn told(policy: &Policy, walls: &Walls, saves: bool) -> String {
    let saving = if saves { "; one thread that decodes nothing may create the files that you ask for" } else { "" };
    format!("sandbox: {}{saving}", policy.told(walls))
}
