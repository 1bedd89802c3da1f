//! Opens a workspace and makes its checks, first and again: how long each takes, and how long the deck is silent meanwhile.
//!
//! `cargo run --release -p dagdeck --example checks -- WORKSPACE GUARD [TIMES]`; `DAGDECK_STATE` names the state folder, GUARD is the
//! `dagdeck` command. Trusts the workspace.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::time::{Duration, Instant};

use api::{FolderRequest, HealthRequest, Nothing, Severity};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;

/// How often the deck is asked for its snapshot while checks are made, as a window would.
const ASK: Duration = Duration::from_millis(10);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let path = words.next().ok_or("name a workspace")?;
    let guard = GuardProgram {
        program: words.next().ok_or("name the dagdeck command")?.into(),
        arguments: vec!["guard".into()],
    };
    let times: usize = words.next().map_or(Ok(5), |text| text.parse())?;
    let deck = Deck::start(DeckOptions::from_environment(guard)).await?;
    deck.workspace_open(FolderRequest { path }).await?;
    deck.workspace_trust(Nothing {}).await?;
    let first = Instant::now();
    check(&deck).await?;
    let first = first.elapsed();
    let mut again = Vec::new();
    let mut silent = Duration::ZERO;
    for _ in 0..times {
        let began = Instant::now();
        silent = silent.max(checked_while_watched(&deck).await?);
        again.push(began.elapsed().as_secs_f64());
    }
    again.sort_by(f64::total_cmp);
    let health = deck.snapshot_get(Nothing {}).await?.health;
    let made = deck.health_list(Nothing {}).await?.checks.len();
    let of = |severity| {
        let findings = health.findings.iter();
        findings.filter(|one| one.severity == severity).count()
    };
    println!(
        "{}",
        serde_json::json!({
            "first": first.as_secs_f64(),
            "again": again.get(again.len() / 2),
            "silent": silent.as_secs_f64(),
            "checks": made,
            "blockers": of(Severity::Blocker),
            "warnings": of(Severity::Warning),
            "notes": of(Severity::Note),
        })
    );
    deck.shut_down().await;
    Ok(())
}

/// Reads the folder again, has uv asked where something changed, and makes every check that needs no asking.
async fn check(deck: &Deck) -> Result<(), Box<dyn Error>> {
    deck.health_check(HealthRequest { asked: false }).await?;
    Ok(())
}

/// The same while somebody looks; answers the longest wait for a snapshot.
async fn checked_while_watched(deck: &Deck) -> Result<Duration, Box<dyn Error>> {
    let checks = check(deck);
    tokio::pin!(checks);
    let mut longest = Duration::ZERO;
    let mut ticks = tokio::time::interval(ASK);
    loop {
        tokio::select! {
            done = &mut checks => return done.map(|()| longest),
            _ = ticks.tick() => {
                let asked = Instant::now();
                deck.snapshot_get(Nothing {}).await?;
                longest = longest.max(asked.elapsed());
            }
        }
    }
}
