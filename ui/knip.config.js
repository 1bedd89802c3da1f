/** How unused packages are found: `cargo xtask audit`. */
export default {
  // What a style sheet imports, as code would import it.
  compilers: { css: (text) => [...text.matchAll(/(?<=@)import[^;]+/g)].join('\n') },
};
