// The style of every page. The colours are those of Okabe and Ito (Color Universal Design, 2008), which every kind of
// colour vision tells apart; on a dark ground they are brighter.
//
// Classes of a series: "lanes" and "openssl" for the two backends; "good", "refused", "served" and "gap" for tokens
// over time (time_chart.h); "s0" to "s6" for anything else. Classes of weight: "act", "look" and "know", from the most
// urgent one on.
#pragma once

#include "page/markup.h"

namespace assay::page {

inline constexpr Literal kStyle(R"(
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --soft: #57606a; --rule: #d8dce1; --grid: #e4e7eb;
  --lanes: #0072b2; --openssl: #d98200;
  --s0: #56b4e9; --s1: #009e73; --s2: #f0e442; --s3: #e69f00; --s4: #0072b2; --s5: #cc79a7; --s6: #8a9199;
  --good: #8ccbee; --refused: #e69f00; --served: #d55e00; --act: #b84700; --look: #8a6100; --know: #57606a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --panel: #1c2025; --ink: #e6e9ec; --soft: #9da5ae; --rule: #373d44; --grid: #2b3036;
    --lanes: #56b4e9; --openssl: #e69f00;
    --s0: #56b4e9; --s1: #22b48b; --s2: #f0e442; --s3: #e69f00; --s4: #2079bd; --s5: #cc79a7; --s6: #8a9199;
    --good: #3b83b0; --refused: #e69f00; --served: #ff6a1a; --act: #ff8f4d; --look: #f0b429; --know: #9da5ae;
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
svg .good { fill: var(--good); } svg .refused { fill: var(--refused); } svg .served { fill: var(--served); }
svg .gap { fill: var(--rule); }
svg .hatch { fill: none; stroke: var(--panel); stroke-width: 1.4; }
svg .band.compromised { fill: var(--served); opacity: .16; } svg .band.retired { fill: var(--soft); opacity: .13; }
svg .mark { stroke: var(--ink); stroke-width: 1.2; } svg .mark.retired { stroke-dasharray: 4 3; }
svg .mark.compromised { stroke: var(--served); stroke-width: 2; }
svg .label { font-size: 11.5px; }
svg text.on-dark { fill: #ffffff; } svg text.on-light { fill: #1b1f24; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: .4rem 0 .7rem; padding: 0; list-style: none; font-size: .88rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.legend i { width: .85rem; height: .85rem; border-radius: .2rem; display: inline-block; }
.legend i.dashed { height: 0; border-radius: 0; border-top: 2px dashed var(--soft); }
i.lanes { background: var(--lanes); } i.openssl { background: var(--openssl); }
i.s0 { background: var(--s0); } i.s1 { background: var(--s1); } i.s2 { background: var(--s2); } i.s3 { background: var(--s3); }
i.s4 { background: var(--s4); } i.s5 { background: var(--s5); } i.s6 { background: var(--s6); }
i.good { background: var(--good); } i.refused { background: var(--refused); }
i.served { background: repeating-linear-gradient(45deg, var(--served) 0 3px, var(--ground) 3px 4px); }
i.gap { background: repeating-linear-gradient(45deg, var(--rule) 0 3px, var(--ground) 3px 4px); }
i.compromised { background: var(--served); opacity: .3; } i.retired { background: var(--soft); opacity: .3; }
a { color: inherit; text-underline-offset: .15em; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .92rem; margin: .8rem 0 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .7rem; margin: 1.2rem 0; }
.tile { background: var(--panel); border-radius: .5rem; padding: .6rem .8rem; border-top: .25rem solid var(--rule); }
.tile b { display: block; font-size: 1.55rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .9rem; }
.tile.act { border-top-color: var(--served); } .tile.act b { color: var(--act); }
.findings { list-style: none; margin: 0; padding: 0; }
.findings li { border-left: .3rem solid var(--rule); padding: .15rem 0 .15rem .8rem; margin: 0 0 .8rem; max-width: 50rem; }
.findings li.act { border-left-color: var(--served); } .findings li.look { border-left-color: var(--refused); }
.findings .what { font-weight: 600; } .findings .know .what { font-weight: 400; }
.findings p { margin: 0; max-width: none; }
.weight { font-size: .78rem; font-weight: 700; letter-spacing: .04em; text-transform: uppercase; margin-right: .5rem; }
.act .weight { color: var(--act); } .look .weight { color: var(--look); } .know .weight { color: var(--know); }
h3 { font-size: 1rem; margin: 1.3rem 0 .2rem; }
td.text { white-space: normal; min-width: 7rem; overflow-wrap: anywhere; } td.text:first-child { min-width: 12.5rem; }
code, td, dd, .tile { unicode-bidi: isolate; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .8rem; }
.panel { background: var(--panel); border-radius: .5rem; padding: .6rem .6rem .4rem; }
.chart { background: var(--panel); border-radius: .5rem; padding: .8rem; overflow-x: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .28rem .6rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; border-bottom-color: var(--soft); }
th.left, td.left { text-align: left; }
tr.first td { border-top: 1px solid var(--soft); }
dl { display: grid; grid-template-columns: fit-content(14rem) 1fr; gap: .15rem 1.2rem; margin: .6rem 0; font-size: .92rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul.notes { margin: .4rem 0; padding-left: 1.2rem; font-size: .92rem; }
@media (max-width: 40rem) {
  body { padding: 1.2rem .8rem 2rem; }
  h1 { font-size: 1.4rem; }
  .chart svg { max-width: none; width: 46rem; }
  dl { grid-template-columns: 1fr; } dt { margin-top: .5rem; }
}
@media print {
  :root {
    --ground: #ffffff; --panel: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --grid: #dddddd;
    --lanes: #0072b2; --openssl: #d98200; --s1: #009e73; --s4: #0072b2;
    --good: #8ccbee; --refused: #e69f00; --served: #d55e00; --act: #b84700; --look: #7a5600; --know: #444444;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10pt; padding: 0; max-width: none; }
  h2, p, .legend { break-after: avoid; }
  .panel, .chart, tr, .findings li, .tile { break-inside: avoid; }
  nav { display: none; }
  td.text { white-space: normal; overflow-wrap: anywhere; }
  .panel, .chart { padding: 0; }
  .panels { grid-template-columns: repeat(4, 1fr); }
  .chart, .wide { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { padding: .1rem .3rem; white-space: normal; overflow-wrap: anywhere; }
}
)");

}  // namespace assay::page
