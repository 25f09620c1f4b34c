/** The page's colours, by name: light, dark. As src/ui/styles/tokens.css has them (style.test.ts compares). */
export const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  bg: ['#eef0ef', '#121516'],
  panel: ['#fafbfa', '#191d1e'],
  sunk: ['#e4e7e6', '#2a3032'],
  ink: ['#191d1e', '#e9ebe9'],
  ink2: ['#454c4e', '#bac1c1'],
  line: ['#d6dad8', '#30373a'],
  line2: ['#7f8887', '#7c8688'],
  woodfill: ['#b4631c', '#d48f4a'],
  steel: ['#51606f', '#a3b3c3'],
  steelline: ['#6b7a89', '#8597a8'],
  steelfill: ['#c9d1d8', '#3b4752'],
  focus: ['#1257c4', '#86b8ff'],
  heat0: ['#e6efed', '#1f2b2b'],
  heat1: ['#c3ddd9', '#254240'],
  heat2: ['#8fc3bc', '#2d6460'],
  heat3: ['#2c7f79', '#5db0a7'],
  heat4: ['#0d5450', '#a5e3da'],
  'on-heat': ['#ffffff', '#121516'],
};

function properties(theme: 0 | 1): string {
  return Object.entries(COLOURS)
    .map(([name, pair]) => `--${name}:${pair[theme]}`)
    .join(';');
}

/** The report's style sheet. Paper is always light. */
export const STYLE = `
:root{${properties(0)}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${properties(1)}}}
*{box-sizing:border-box}
html{font:400 13px/18px 'IBM Plex Sans',system-ui,sans-serif;font-variant-numeric:tabular-nums;background:var(--bg);color:var(--ink)}
body{margin:0}
main{max-width:1040px;margin:0 auto;background:var(--panel)}
header,section{padding:14px 20px;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
h1{font-size:20px;line-height:26px;font-weight:600;margin:0}
h2{font-size:15px;line-height:22px;font-weight:600;margin:0 0 6px}
p,ul,figure{margin:0 0 10px;max-width:80ch}
figure,.wide{max-width:none}
ul{padding-left:18px}
#summary~ul{font-size:14px;line-height:21px}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;padding:0;margin:8px 0 0;max-width:none}
summary{cursor:pointer}
summary h2{display:inline;margin:0}
details>summary~*{margin-top:8px}
a{color:inherit;text-underline-offset:3px}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.quiet{color:var(--ink2)}
.wide{overflow-x:auto;margin:0 0 14px}
table{border-collapse:collapse;width:100%;font-size:12px;line-height:16px}
caption,figcaption{text-align:left;color:var(--ink2);padding:4px 0;font-size:12px;line-height:16px}
th,td{padding:3px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th:first-child{padding-left:0}
th{font-weight:500}
thead th{font-size:11px;color:var(--ink2);vertical-align:bottom}
tbody th{font-weight:400;min-width:12ch}
.n{text-align:right;white-space:nowrap}
thead .n{white-space:normal}
.heat0{background:var(--heat0)}.heat1{background:var(--heat1)}.heat2{background:var(--heat2)}
.heat3{background:var(--heat3);color:var(--on-heat)}.heat4{background:var(--heat4);color:var(--on-heat)}
pre{margin:0;padding:8px 10px;background:var(--sunk);white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px;line-height:16px}
svg{display:block;overflow:visible}
svg text{font-size:12px;fill:var(--ink)}
svg .note{text-anchor:end}
svg .tick{text-anchor:middle;font-size:11px;fill:var(--ink2)}
svg .axis{stroke:var(--line2)}
svg .band{fill:var(--sunk)}
rect.original{fill:var(--steelfill);fill-opacity:.4;stroke:var(--steelline)}
rect.result{fill:var(--woodfill)}
g.original{stroke:var(--steel);stroke-width:1.5}
g.result{stroke:var(--woodfill);stroke-width:1.5}
.run{stroke-width:.75;stroke-opacity:.7;fill:none}
.original .middle{fill:var(--panel)}
.result .middle{fill:var(--woodfill)}
svg .far{text-anchor:end;stroke:none}
.spindle *{vector-effect:non-scaling-stroke}
@media print{
nav{display:none}
.wide{overflow:visible}
h2,caption,figcaption{break-after:avoid}
tr,figure{break-inside:avoid}
html{background:none}
svg,.heat0,.heat1,.heat2,.heat3,.heat4,pre{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`;
