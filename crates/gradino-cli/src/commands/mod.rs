//! The commands, one file each.

mod cite;
mod completions;
mod deexcite;
mod estimate;
mod fit;
mod flow;
mod init;
mod list;
mod meanfield;
mod merge;
mod move_events;
mod propagate;
mod replay;
mod responses;
mod run;
mod schema;
mod toy;
mod tree;
mod widths;
mod xsec;

use crate::message::Done;
use clap::Subcommand;

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Run(run::Run),
    Init(init::Init),
    List(list::List),
    Deexcite(deexcite::Deexcite),
    Estimate(estimate::Estimate),
    Fit(fit::Fit),
    Flow(flow::Flow),
    Widths(widths::Widths),
    #[command(name = "meanfield")]
    MeanField(meanfield::PrintMeanField),
    Responses(responses::PrintResponses),
    Xsec(xsec::Xsec),
    Tree(tree::DrawTree),
    Toy(toy::Toy),
    Replay(replay::Replay),
    Merge(merge::Merge),
    Move(move_events::Move),
    Propagate(propagate::Propagate),
    Cite(cite::Cite),
    Completions(completions::Completions),
    Schema(schema::Schema),
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(run::Run::default())
    }
}

impl Command {
    /// Does it.
    pub(crate) fn execute(self) -> Done {
        match self {
            Command::Run(command) => command.execute(),
            Command::Init(command) => command.execute(),
            Command::List(command) => command.execute(),
            Command::Deexcite(command) => command.execute(),
            Command::Estimate(command) => command.execute(),
            Command::Fit(command) => command.execute(),
            Command::Flow(command) => command.execute(),
            Command::Widths(command) => command.execute(),
            Command::MeanField(command) => command.execute(),
            Command::Responses(command) => command.execute(),
            Command::Xsec(command) => command.execute(),
            Command::Tree(command) => command.execute(),
            Command::Toy(command) => command.execute(),
            Command::Replay(command) => command.execute(),
            Command::Merge(command) => command.execute(),
            Command::Move(command) => command.execute(),
            Command::Propagate(command) => command.execute(),
            Command::Cite(command) => command.execute(),
            Command::Completions(command) => command.execute(),
            Command::Schema(command) => command.execute(),
        }
    }
}
