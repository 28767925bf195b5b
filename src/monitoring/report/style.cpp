#include "monitoring/report/style.h"

namespace mooring::monitoring {

const std::string_view kPageStyle = R"css(
:root{color-scheme:light dark;--back:#fff;--panel:#f6f7f9;--text:#1a1d21;--dim:#5a6270;
--line:#d5d9e0;--ref:#9aa3b0;--cur:#0067a5;--over:#c23b00;--good:#0b6e4f;--warn:#8a5a00;
--bad:#b3261e;--goodback:#e6f4ee;--warnback:#fdf3dc;--badback:#fdeceb}
@media(prefers-color-scheme:dark){:root{--back:#14171b;--panel:#1d2127;--text:#e6e8eb;--dim:#a3abb8;
--line:#363c46;--ref:#6b7482;--cur:#56b4e9;--over:#ff9a5c;--good:#5cc99f;--warn:#e8b64c;
--bad:#ff8a80;--goodback:#12301f;--warnback:#35290d;--badback:#3d1715}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.2rem;background:var(--back);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem;
border-bottom:1px solid var(--line);padding-bottom:.2rem}h3{font-size:1rem;margin:0 0 .3rem;
overflow-wrap:anywhere}
p{margin:.4rem 0;max-width:62rem}.dim,caption,figcaption{color:var(--dim)}
a{color:var(--cur)}code,kbd{font:13px/1.4 ui-monospace,Menlo,Consolas,monospace;
background:var(--panel);padding:.1rem .3rem;border-radius:3px;overflow-wrap:anywhere}
nav a{margin-right:1rem}
.verdict{border-left:.5rem solid var(--dim);background:var(--panel);padding:.8rem 1rem;
margin:1rem 0;border-radius:4px}
.verdict .word{font-size:1.15rem;font-weight:700}.verdict .said{font-size:1.1rem}
.verdict.ok{border-color:var(--good);background:var(--goodback)}
.verdict.bad{border-color:var(--bad);background:var(--badback)}
.verdict.wait{border-color:var(--warn);background:var(--warnback)}
.verdict dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.6rem 0 0}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;padding:.2rem 0}
th,td{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:left;
vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600;white-space:nowrap}th button{all:unset;cursor:pointer}
th button:focus-visible{outline:2px solid var(--cur)}
th[aria-sort=ascending] button::after{content:" ▴"}
th[aria-sort=descending] button::after{content:" ▾"}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.right{background:var(--goodback)}td.wrong{background:var(--badback)}
.level{white-space:nowrap;font-weight:600}.level.alert{color:var(--bad)}
.level.warn{color:var(--warn)}.level.hold{color:var(--dim)}.level.clear{color:var(--good)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(23rem,1fr));gap:.8rem}
.card{background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:.7rem;
break-inside:avoid;min-width:0}
.card.drift{border-left:.3rem solid var(--bad)}
.card dl{display:grid;grid-template-columns:1fr max-content 1fr max-content;gap:0 .7rem;
margin:.4rem 0 0;font-size:.88rem}.card dt{font-weight:400;color:var(--dim)}
.card dd{font-variant-numeric:tabular-nums;text-align:right}
figure{margin:.3rem 0}figcaption{font-size:.85rem}
svg{width:100%;height:auto;display:block}svg text{font:10px system-ui,sans-serif;fill:var(--dim)}
svg .ref{fill:var(--ref)}svg .cur{fill:var(--cur)}svg .line{fill:none;stroke:var(--cur);
stroke-width:1.5}svg .band{stroke:var(--cur);stroke-width:1;opacity:.55}
svg .axis{stroke:var(--line);fill:none}svg .limit{stroke:var(--over);stroke-dasharray:5 3;
stroke-width:1.5}svg .over{fill:var(--over)}svg .limitname{fill:var(--over)}
svg .refline{stroke:var(--ref);stroke-width:1.5;stroke-dasharray:2 2}
svg .dot{fill:var(--cur)}svg .hollow{fill:var(--back);stroke:var(--cur)}
.key{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .8em;vertical-align:-.05em}
.key.ref{background:var(--ref)}.key.cur{background:var(--cur);width:.45em}
input[type=search]{font:inherit;padding:.25rem .5rem;border:1px solid var(--line);
background:var(--back);color:inherit;border-radius:3px;width:16rem;max-width:100%}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.6rem;color:var(--dim);
font-size:.88rem}
@media print{:root{--back:#fff;--panel:#fff;--text:#000;--dim:#444;--line:#bbb}
body{max-width:none;padding:0;font-size:11px}nav,.tools{display:none}h2{break-after:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

const std::string_view kPageScript = R"js(
"use strict";
document.querySelectorAll("table.sorts").forEach(function (table) {
  const body = table.tBodies[0];
  const value = function (row, at) {
    const cell = row.cells[at];
    const number = parseFloat(cell.dataset.v);
    return Number.isNaN(number) ? cell.textContent.trim() : number;
  };
  table.tHead.querySelectorAll("th").forEach(function (head, at) {
    const button = document.createElement("button");
    button.textContent = head.textContent;
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      const down = head.getAttribute("aria-sort") !== "descending";
      table.tHead.querySelectorAll("th").forEach(function (h) { h.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      Array.from(body.rows).sort(function (one, two) {
        const a = value(one, at), b = value(two, at);
        const numbers = typeof a === "number", others = typeof b === "number";
        if (numbers !== others) return numbers ? -1 : 1;
        const order = numbers ? a - b : a.localeCompare(b);
        return down ? -order : order;
      }).forEach(function (row) { body.append(row); });
    });
  });
});
document.querySelectorAll(".tools").forEach(function (tools) {
  const find = document.createElement("input");
  find.type = "search";
  find.placeholder = "find a feature";
  find.setAttribute("aria-label", "find a feature");
  tools.append(find);
  find.addEventListener("input", function () {
    const wanted = find.value.toLowerCase();
    document.querySelectorAll("[data-feature]").forEach(function (item) {
      item.hidden = !item.dataset.feature.toLowerCase().includes(wanted);
    });
  });
});
)js";

}  // namespace mooring::monitoring
