//! Events within one channel of the primary interaction, whose probability is known exactly.

use super::primary::PrimaryDraw;
use super::{Chain, Kind, Scratch};
use gradino_core::{Event, Purpose, Stream};
use gradino_nuclear::decay::{CascadeRecord, Start};

/// A channel that is given instead of drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelShare {
    /// Its probability `<sigma_k> / <sigma>`.
    pub probability: f64,
    /// The derivatives of the probability with respect to the wanted parameters.
    pub gradient: Vec<f64>,
}

impl Chain {
    /// The channels of the primary interaction with their probabilities, for flux times cross section; one that
    /// is certain for jobs that start from a fixed state.
    pub fn channel_shares(&self) -> Vec<ChannelShare> {
        let Kind::Neutrino(interaction) = &self.kind else {
            return vec![ChannelShare { probability: 1.0, gradient: vec![0.0; self.gradients.len()] }];
        };
        let total = interaction.primary.total();
        let share = |average: &super::primary::Average| {
            let probability = average.value / total.value;
            let rows = average.gradient.iter().zip(&total.gradient);
            let gradient = rows.map(|(own, all)| (own - probability * all) / total.value).collect();
            ChannelShare { probability, gradient }
        };
        interaction.primary.averages().iter().map(share).collect()
    }

    /// Makes an event of the channel number `channel`, with the uniform numbers of its neutrino energy and of
    /// the first choice of its cascade. Its score is that of the cascade alone: the channel is given.
    ///
    /// All other random numbers are those of event `number`. Where the scratch keeps marks, the score of each
    /// choice is left there. Returns where the cascade starts, and the primary interaction.
    pub fn draw_within(
        &self,
        channel: usize,
        uniforms: [f64; 2],
        number: u64,
        scratch: &mut Scratch,
        event: &mut Event,
    ) -> (Option<Start>, Option<PrimaryDraw>) {
        let [energy, first] = uniforms;
        let (start, primary) = match &self.kind {
            Kind::State { start } => (Some(*start), None),
            Kind::Neutrino(interaction) => {
                let mut stream = Stream::new(self.seed, number, Purpose::Reaction);
                let draw = interaction.primary.draw_within(channel, energy, &mut stream);
                (interaction.outcomes[channel].start, Some(draw))
            }
            Kind::Knockout(_) => unreachable!("refused by Setup::check_paths"),
        };
        self.follow(
            number,
            start,
            primary.as_ref(),
            |cascade, start, stream, record| cascade.draw_from(start, first, stream, record),
            scratch,
            event,
        );
        if !self.gradients.is_empty() {
            self.write_gradients(primary.as_ref(), start, scratch, event);
            event.weight_gradient.clear();
            event.weight_gradient.extend_from_slice(&scratch.record.score);
        }
        (start, primary)
    }

    /// Memory for one thread that keeps the score of each choice.
    pub fn scratch_with_marks(&self) -> Scratch {
        Scratch { record: CascadeRecord::with_marks(self.gradients.len()), ..Scratch::default() }
    }
}

impl Scratch {
    /// The cascade that was drawn last.
    pub fn record(&self) -> &CascadeRecord {
        &self.record
    }
}
