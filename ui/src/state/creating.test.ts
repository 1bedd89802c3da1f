import { describe, expect, it } from 'vitest';

import { usualFolder } from '../screens/create/review';
import { doing } from './creating';

describe('a step while it is done', () => {
  it.each([
    ['Install packages', 'Installing packages'],
    ['Make project files', 'Making project files'],
    ['Write .gitignore', 'Writing .gitignore'],
    ['Pin Python 3.12', 'Pinning Python 3.12'],
    ['Check that it loads', 'Checking that it loads'],
    ['Run git init', 'Running git init'],
    ['Add it to dg.toml', 'Adding it to dg.toml'],
  ])('%s → %s', (title, said) => expect(doing(title)).toBe(said));
});

describe('the folder that most commands run in', () => {
  const at = (folder: string | null) => ({
    title: '',
    note: '',
    command: folder === null ? null : { line: '', short: '', folder, environment: [], shell: '' },
  });

  it('is the most frequent, or the first of those', () => {
    expect(usualFolder([at('/a'), at('/b'), at('/b'), at(null)])).toBe('/b');
    expect(usualFolder([at('/a'), at('/b')])).toBe('/a');
    expect(usualFolder([at(null)])).toBeNull();
  });
});
