// The first question to the shell, asked before the window's own code is there: the first screen waits for its answer.
// Small on purpose: it is in the first script that runs.

import { Channel, invoke } from '@tauri-apps/api/core';

import type { Begun, Heard } from './backend';

/** A question under way. */
export interface Asked {
  /** The answer. */
  begun: Promise<Begun>;
  /** Hands over what is told, what came already first. */
  hear(listener: (told: Heard) => void): void;
}

/** Asks the shell how everything stands, and to be told from there on. */
export function ask(): Asked {
  const early: Heard[] = [];
  const channel = new Channel<Heard>();
  channel.onmessage = (told) => early.push(told);
  return {
    begun: invoke<Begun>('events_subscribe', { channel }),
    hear(listener) {
      for (const told of early.splice(0)) listener(told);
      channel.onmessage = listener;
    },
  };
}

/** Asks if this page is inside the app. */
export function askInside(): Asked | null {
  return '__TAURI_INTERNALS__' in window ? ask() : null;
}
