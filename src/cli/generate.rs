//! What is generated from the definitions of the program itself: schema, completions, manual page.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::output::json;

use super::{
    args::{Cli, SchemaArgs, SchemaForm},
    console::{Console, Failure},
    exit::Exit,
};

/// Prints a JSON Schema.
pub(super) fn schema(args: &SchemaArgs, console: &mut Console) -> Result<Exit, Failure> {
    let form = match args.form {
        SchemaForm::Report => json::Form::Report,
        SchemaForm::Messages => json::Form::Messages,
        SchemaForm::Findings => json::Form::Findings,
        SchemaForm::Migrate => json::Form::Migrate,
        SchemaForm::Decode => json::Form::Decode,
    };
    console.out().write_all(json::schema(form).as_bytes())?;
    Ok(Exit::Success)
}

/// Prints a completion script.
pub(super) fn completions(shell: Shell, console: &mut Console) -> Result<Exit, Failure> {
    // The generator panics on a writer that fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "imcscan", &mut script);
    console.out().write_all(&script)?;
    Ok(Exit::Success)
}

/// Prints the manual page with a section for every command.
pub(super) fn man(console: &mut Console) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    command.build();
    let out = console.out();
    clap_mangen::Man::new(command.clone()).render(out)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let page = clap_mangen::Man::new(sub.clone());
        page.render_name_section(out)?;
        page.render_synopsis_section(out)?;
        page.render_options_section(out)?;
    }
    Ok(Exit::Success)
}
