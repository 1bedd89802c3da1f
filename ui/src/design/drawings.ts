// The design's own drawings, one sprite's worth of markup by name: 16 px icons and 12 px state glyphs.

/** Chrome: strokes in the colour of the text. */
export const icons = {
  arrow: `<path d="M3 8h10M9 4l4 4-4 4"/>`,
  bulb: `<path d="M5.6 9.7A4.2 4.2 0 1 1 10.4 9.7c-.5.4-.7.9-.7 1.5H6.3c0-.6-.2-1.1-.7-1.5zM6.5 13.6h3"/>`,
  check: `<path d="m3 8.5 3.2 3L13 4.8"/>`,
  chip: `<rect x="4" y="4" width="8" height="8" rx="1.2"/><path d="M6.3 4V2M9.7 4V2M6.3 14v-2M9.7 14v-2M4 6.3H2M4 9.7H2M14 6.3h-2M14 9.7h-2"/>`,
  clock: `<circle cx="8" cy="8" r="5.6"/><path d="M8 4.8V8l2.2 1.5"/>`,
  cmd: `<path d="m3 5 3 3-3 3M8 11.5h5"/>`,
  copy: `<rect x="5.5" y="5.5" width="8" height="8" rx="1.4"/><path d="M10.5 5.5V3.4c0-.5-.4-.9-.9-.9H3.4c-.5 0-.9.4-.9.9v6.2c0 .5.4.9.9.9h2.1"/>`,
  daemon: `<path d="M2.5 8a5.5 5.5 0 0 1 9.6-3.7M13.5 8a5.5 5.5 0 0 1-9.6 3.7"/><circle cx="8" cy="8" r="1.6"/>`,
  down: `<path d="m4 6.2 4 4 4-4"/>`,
  env: `<path d="M8 1.9 13.4 5v6L8 14.1 2.6 11V5z"/><path d="M2.8 5.1 8 8.1l5.2-3M8 8.1v5.8"/>`,
  ext: `<path d="M9 3h4v4M13 3 7.5 8.5M11.5 9.5V13H3V4.5h3.5"/>`,
  eye: `<path d="M1.6 8S4 3.6 8 3.6 14.4 8 14.4 8 12 12.4 8 12.4 1.6 8 1.6 8z"/><circle cx="8" cy="8" r="1.9"/>`,
  file: `<path d="M4 2h5l3.2 3.2V14H4z"/><path d="M9 2v3.4h3.2"/>`,
  filter: `<path d="M2.5 4h11M4.5 8h7M6.5 12h3"/>`,
  flask: `<path d="M6.2 2.2h3.6M6.9 2.2v4L3.4 12.3c-.5.8.1 1.6.9 1.6h7.4c.8 0 1.4-.8.9-1.6L9.1 6.2v-4M5.2 10.4h5.6"/>`,
  folder: `<path d="M2 4.6c0-.7.5-1.1 1.1-1.1h2.7l1.5 1.7h5.6c.6 0 1.1.5 1.1 1.1v5.6c0 .7-.5 1.1-1.1 1.1H3.1c-.6 0-1.1-.4-1.1-1.1z"/>`,
  follow: `<path d="M8 2.5v7M5 6.8l3 3 3-3M3 13h10"/>`,
  gear: `<circle cx="8" cy="8" r="2"/><path d="M8 1.8v1.9M8 12.3v1.9M14.2 8h-1.9M3.7 8H1.8M12.4 3.6 11 5M5 11l-1.4 1.4M12.4 12.4 11 11M5 5 3.6 3.6"/>`,
  git: `<circle cx="4.5" cy="3.8" r="1.6"/><circle cx="4.5" cy="12.2" r="1.6"/><circle cx="11.5" cy="5.6" r="1.6"/><path d="M4.5 5.4v5.2M11.5 7.2c0 2.4-3 2.2-5.6 3.6"/>`,
  globe: `<circle cx="8" cy="8" r="5.8"/><path d="M2.2 8h11.6M8 2.2c3.2 3.6 3.2 8 0 11.6M8 2.2c-3.2 3.6-3.2 8 0 11.6"/>`,
  graph: `<circle cx="3.5" cy="8" r="1.7"/><circle cx="12.5" cy="3.5" r="1.7"/><circle cx="12.5" cy="12.5" r="1.7"/><path d="M5.2 8h2.3c1 0 1.3-.6 1.6-1.4.4-1.4 1-3.1 1.7-3.1M7.5 8c1 0 1.3.6 1.6 1.4.4 1.4 1 3.1 1.7 3.1"/>`,
  health: `<path d="M1.8 8h3l1.6-4.2 3 8.4L11 8h3.2"/>`,
  keys: `<rect x="1.8" y="4" width="12.4" height="8.4" rx="1.4"/><path d="M4.4 6.6h.1M7 6.6h.1M9.6 6.6h.1M11.6 6.6h.1M5 9.8h6"/>`,
  left: `<path d="m9.8 4-4 4 4 4"/>`,
  logo: `<g stroke="none" fill="currentColor"><rect x="1" y="2" width="8" height="3.2" rx="1"/><rect x="4" y="6.4" width="8" height="3.2" rx="1" opacity=".72"/><rect x="7" y="10.8" width="8" height="3.2" rx="1" opacity=".45"/></g>`,
  logs: `<path d="M2.5 4h7M2.5 8h11M2.5 12h8"/>`,
  minus: `<path d="M3 8h10"/>`,
  more: `<circle cx="3.4" cy="8" r=".9" fill="currentColor"/><circle cx="8" cy="8" r=".9" fill="currentColor"/><circle cx="12.6" cy="8" r=".9" fill="currentColor"/>`,
  overview: `<rect x="2" y="3" width="12" height="3" rx="1"/><rect x="2" y="8.5" width="12" height="4.5" rx="1"/>`,
  play: `<path d="M5 3.2v9.6l7.6-4.8z" fill="currentColor"/>`,
  plus: `<path d="M8 3v10M3 8h10"/>`,
  py: `<path d="M8 2.2c-2.6 0-2.6 1-2.6 2v1.2H8M5.4 5.4H3.9c-1.3 0-1.9 1-1.9 2.6s.6 2.6 1.9 2.6h1.5V9.2c0-.8.6-1.2 1.3-1.2h2.6c.7 0 1.3-.5 1.3-1.2V4.2c0-1.3-1-2-2.6-2"/><path d="M8 13.8c2.6 0 2.6-1 2.6-2v-1.2H8M10.6 10.6h1.5c1.3 0 1.9-1 1.9-2.6s-.6-2.6-1.9-2.6h-1.5M8 13.8c-1.6 0-2.6-.7-2.6-2v-1.2"/>`,
  reload: `<path d="M3 8a5 5 0 0 1 8.6-3.5L13 6M13 3v3h-3M13 8a5 5 0 0 1-8.6 3.5L3 10M3 13v-3h3"/>`,
  restart: `<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.6v2.6h-2.6"/>`,
  right: `<path d="m6.2 4 4 4-4 4"/>`,
  search: `<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.3 3.3"/>`,
  shield: `<path d="M8 1.8 13 3.6v4c0 3.2-2.1 5.3-5 6.6-2.9-1.3-5-3.4-5-6.6v-4z"/>`,
  split: `<rect x="2.5" y="3" width="11" height="10" rx="1.4"/><path d="M9.5 3v10"/>`,
  square: `<rect x="3.5" y="3.5" width="9" height="9"/>`,
  stop: `<rect x="4" y="4" width="8" height="8" rx="1.2" fill="currentColor"/>`,
  target: `<circle cx="8" cy="8" r="5.4"/><circle cx="8" cy="8" r="1.6"/>`,
  trash: `<path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5"/>`,
  up: `<path d="m4 9.8 4-4 4 4"/>`,
  wrap: `<path d="M2.5 4h11M2.5 8h8.4a2.1 2.1 0 0 1 0 4.2H8M9.6 10.4 7.8 12.2 9.6 14M2.5 12.2h2.6"/>`,
  wrench: `<path d="M13.6 4.6a3.6 3.6 0 0 1-4.8 4.3l-4.3 4.3a1.4 1.4 0 0 1-2-2l4.3-4.3a3.6 3.6 0 0 1 4.3-4.8L9 4.3l.4 2.1 2.2.4z"/>`,
  x: `<path d="m4 4 8 8M12 4l-8 8"/>`,
} as const;

/** State: always beside its word. */
export const glyphs = {
  crashed: `<path d="M3.6.8h4.8l2.8 2.8v4.8l-2.8 2.8H3.6L.8 8.4V3.6z" fill="currentColor"/><path d="m4.2 4.2 3.6 3.6M7.8 4.2 4.2 7.8" stroke="var(--bg-1)" stroke-width="1.5" stroke-linecap="round"/>`,
  error: `<path d="M3.6.8h4.8l2.8 2.8v4.8l-2.8 2.8H3.6L.8 8.4V3.6z" fill="currentColor"/><path d="M6 3.2v3.3M6 8.5v.3" stroke="var(--bg-1)" stroke-width="1.5" stroke-linecap="round"/>`,
  ghost: `<circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2 1.8"/>`,
  no: `<path d="M2.5 6h7" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/>`,
  none: `<rect x="1.2" y="1.2" width="9.6" height="9.6" rx="1.6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.4 1.9"/>`,
  note: `<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M6 5.6v2.8M6 3.5v.2" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>`,
  ready: `<path d="m1.6 6.4 2.9 2.8L10.4 3" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>`,
  running: `<circle cx="6" cy="6" r="4.6" fill="currentColor"/>`,
  starting: `<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.6" opacity=".28"/><path d="M6 1.5A4.5 4.5 0 0 1 10.5 6" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>`,
  stopped: `<circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
  stopping: `<circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.5"/><rect x="4.3" y="4.3" width="3.4" height="3.4" fill="currentColor"/>`,
  todo: `<circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="1.6 1.9"/>`,
  warn: `<path d="M6 1 11.4 10.6H.6z" fill="currentColor" stroke="currentColor" stroke-width=".8" stroke-linejoin="round"/><path d="M6 4.4v2.7M6 8.9v.2" stroke="var(--bg-1)" stroke-width="1.4" stroke-linecap="round"/>`,
} as const;

/** Names an icon. */
export type IconName = keyof typeof icons;

/** Names a state glyph. */
export type GlyphName = keyof typeof glyphs;
