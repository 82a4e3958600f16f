// The style of every page. The colours are those of Okabe and Ito (Color Universal Design, 2008), which every kind of
// colour vision tells apart; on a dark ground they are brighter.
//
// Classes of a series: "lanes" and "openssl" for the two backends, "s0" to "s6" for anything else.
#pragma once

#include "page/markup.h"

namespace assay::page {

inline constexpr Literal kStyle(R"(
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --soft: #57606a; --rule: #d8dce1; --grid: #e4e7eb;
  --lanes: #0072b2; --openssl: #d98200;
  --s0: #56b4e9; --s1: #009e73; --s2: #f0e442; --s3: #e69f00; --s4: #0072b2; --s5: #cc79a7; --s6: #8a9199;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --panel: #1c2025; --ink: #e6e9ec; --soft: #9da5ae; --rule: #373d44; --grid: #2b3036;
    --lanes: #56b4e9; --openssl: #e69f00;
    --s0: #56b4e9; --s1: #22b48b; --s2: #f0e442; --s3: #e69f00; --s4: #2079bd; --s5: #cc79a7; --s6: #8a9199;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 62rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .2rem; }
p { margin: .2rem 0 .8rem; max-width: 46rem; }
.soft { color: var(--soft); }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; height: auto; font: 12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .soft { fill: var(--soft); }
svg .name { font-weight: 600; font-size: 13px; }
svg .grid { stroke: var(--grid); stroke-width: 1; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .ideal { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; fill: none; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .lanes { fill: var(--lanes); } svg .openssl { fill: var(--openssl); }
svg .line.lanes { fill: none; stroke: var(--lanes); } svg .line.openssl { fill: none; stroke: var(--openssl); }
svg .dot { stroke: var(--panel); stroke-width: 1.5; }
svg .s0 { fill: var(--s0); } svg .s1 { fill: var(--s1); } svg .s2 { fill: var(--s2); } svg .s3 { fill: var(--s3); }
svg .s4 { fill: var(--s4); } svg .s5 { fill: var(--s5); } svg .s6 { fill: var(--s6); }
svg text.on-dark { fill: #ffffff; } svg text.on-light { fill: #1b1f24; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: .4rem 0 .7rem; padding: 0; list-style: none; font-size: .88rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.legend i { width: .85rem; height: .85rem; border-radius: .2rem; display: inline-block; }
.legend i.dashed { height: 0; border-radius: 0; border-top: 2px dashed var(--soft); }
i.lanes { background: var(--lanes); } i.openssl { background: var(--openssl); }
i.s0 { background: var(--s0); } i.s1 { background: var(--s1); } i.s2 { background: var(--s2); } i.s3 { background: var(--s3); }
i.s4 { background: var(--s4); } i.s5 { background: var(--s5); } i.s6 { background: var(--s6); }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .8rem; }
.panel { background: var(--panel); border-radius: .5rem; padding: .6rem .6rem .4rem; }
.chart { background: var(--panel); border-radius: .5rem; padding: .8rem; overflow-x: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .28rem .6rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; border-bottom-color: var(--soft); }
th.left, td.left { text-align: left; }
tr.first td { border-top: 1px solid var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: .6rem 0; font-size: .92rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul.notes { margin: .4rem 0; padding-left: 1.2rem; font-size: .92rem; }
@media print {
  :root {
    --ground: #ffffff; --panel: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --grid: #dddddd;
    --lanes: #0072b2; --openssl: #d98200; --s1: #009e73; --s4: #0072b2;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10pt; padding: 0; max-width: none; }
  h2, p, .legend { break-after: avoid; }
  .panel, .chart, tr { break-inside: avoid; }
  .panel, .chart { padding: 0; }
  .panels { grid-template-columns: repeat(4, 1fr); }
  .chart, .wide { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { padding: .1rem .3rem; }
}
)");

}  // namespace assay::page
