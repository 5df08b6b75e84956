/** The style of the page of results. The colours of plots are those of its variables. */

const LIGHT = `
  color-scheme: light; --page: #fbfaf8; --card: #ffffff; --text: #23211e; --quiet: #66625c;
  --line: #dedad3; --accent: #0b6290; --bad: #a8390a;
  --c0: #0f6fa8; --c1: #c2560c; --c2: #5d7a12; --c3: #8a3f8f;
  --c4: #b02a3c; --c5: #10806f; --c6: #806000; --c7: #5b5bd0;`

const DARK = `
  color-scheme: dark; --page: #181716; --card: #201f1d; --text: #ebe7e1; --quiet: #aca69d;
  --line: #3d3a36; --accent: #74c0ea; --bad: #ff9a6b;
  --c0: #5fb8e8; --c1: #f2a25c; --c2: #b0cc5a; --c3: #d79adb;
  --c4: #f58a96; --c5: #56cdb8; --c6: #dcbf4e; --c7: #a9a9f7;`

/** All of it. */
export const STYLE = `
:root {${LIGHT} }
@media (prefers-color-scheme: dark) { :root {${DARK} } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 100rem; padding: 1.5rem clamp(.9rem, 3vw, 2.5rem) 4rem;
  background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em }
h2 { font-size: 1.3rem; margin: 3rem 0 1rem; padding-bottom: .3rem;
  border-bottom: 2px solid var(--line); scroll-margin-top: 1rem }
h3 { font-size: 1rem; font-weight: 600; margin: 0 0 .8rem; text-wrap: balance }
p { margin: .25rem 0; color: var(--quiet); overflow-wrap: anywhere }
code { font-family: ui-monospace, monospace; font-size: .93em; color: var(--text) }
a { color: var(--accent) }
a:focus-visible, .wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.skip { position: absolute; left: -99rem }
.skip:focus { position: static }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: 1rem 0 0;
  padding: 0 }
section section { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 1rem 1.1rem; margin: 0 0 1.1rem }
.pair { display: grid; gap: 1.2rem; align-items: start }
.told, .drawn { min-width: 0 }
.wide { overflow-x: auto; margin-bottom: .6rem;
  /* A shadow at an edge says that there is more behind it. */
  background:
    linear-gradient(to right, var(--card) 40%, transparent) left / 2.5rem 100% no-repeat local,
    linear-gradient(to left, var(--card) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(to right, var(--line), transparent) left / .7rem 100% no-repeat scroll,
    linear-gradient(to left, var(--line), transparent) right / .7rem 100% no-repeat scroll }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
th, td { padding: .22rem .5rem; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; font-weight: 400 }
th:first-child { text-align: left; padding-left: 0 }
thead th { font-weight: 600; color: var(--quiet) }
.told p { font-size: 13.5px }
.missed { color: var(--bad); font-weight: 600 }
figure { margin: 0 }
svg.plot { display: block; width: 100%; height: auto; overflow: visible }
svg.plot text { white-space: pre }
.for-wide svg.plot { max-width: 640px }
.for-narrow { display: none }
.plot-swatches-wrap { display: flex; flex-wrap: wrap; gap: .15rem 1rem; margin: 0 0 .3rem;
  font-size: 13px }
.plot-swatch { display: inline-flex; align-items: center; gap: .4rem }
@media (min-width: 76rem) {
  .pair { grid-template-columns: minmax(0, 35rem) minmax(0, 1fr) } }
@media (max-width: 40rem) {
  .for-wide { display: none } .for-narrow { display: block }
  section section { padding: .8rem .7rem } }
@media print { section section { break-inside: avoid } }
`
