// The first question to the shell, asked before the window's own code is there: the first screen waits for its answer.
// Small on purpose: it is in the first script that runs.

import { Channel, invoke } from '@tauri-apps/api/core';

import type { Begun } from './backend';
import type { Envelope } from './generated';

/** A question under way. */
export interface Asked {
  /** The answer. */
  begun: Promise<Begun>;
  /** Hands over events, those that came already first. */
  hear(listener: (batch: Envelope[]) => void): void;
}

/** Asks the shell how everything stands, and to be told from there on. */
export function ask(): Asked {
  const early: Envelope[][] = [];
  const channel = new Channel<Envelope[]>();
  channel.onmessage = (batch) => early.push(batch);
  return {
    begun: invoke<Begun>('events_subscribe', { channel }),
    hear(listener) {
      for (const batch of early.splice(0)) listener(batch);
      channel.onmessage = listener;
    },
  };
}

/** Asks if this page is inside the app. */
export function askInside(): Asked | null {
  return '__TAURI_INTERNALS__' in window ? ask() : null;
}
