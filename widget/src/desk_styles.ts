// The look of the desk: the page around the elements, and what the elements leave out there.

export const deskCss = `
:root{color-scheme:light dark;--fg:light-dark(#1c1d1a,#ececea);--fg2:light-dark(#5b5d57,#a9acb0);--page:light-dark(#f7f7f4,#121314);--surface:light-dark(#fff,#1b1c1e);--sunken:light-dark(#f5f5f2,#242629);--line:light-dark(#e3e3dd,#36383c);--ctl:light-dark(#85867e,#7b7e84);--accent:light-dark(#0b665a,#6fd3c1);--onacc:light-dark(#fff,#0b2a25)}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--page);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main{max-width:1180px;margin:0 auto;padding:16px 24px 48px}
header{padding-bottom:8px}
header p{margin:0;display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline}
.name{font-size:14px}.name b{font-weight:600}.mine{margin-inline-start:auto;color:var(--fg2)}
.progress{display:flex;height:8px;gap:2px;margin:8px 0;border-radius:4px;overflow:hidden;background:var(--line)}
.progress span{min-width:3px}
.answered{background:var(--accent)}.left{background:light-dark(#c9cac2,#4b4e54)}
h1{font-size:22px;line-height:1.25;letter-spacing:-.01em;font-weight:600;margin:20px 0 8px}h1:focus{outline:0}
h2{font-size:16px;line-height:1.35;font-weight:600;margin:0}
a{color:var(--accent)}
.quiet{color:var(--fg2);font-size:14px;margin:4px 0;display:flex;flex-wrap:wrap;gap:4px 16px}
.guideline{border-block:1px solid var(--line);padding:8px 0;margin:8px 0 16px}
summary{cursor:pointer;font-size:14px;font-weight:500;min-height:24px}
.guideline .text{padding-top:6px;max-width:76ch}
.text{white-space:pre-wrap}
.items{display:grid;gap:16px;align-items:stretch}
.items2{grid-template-columns:repeat(2,minmax(0,1fr))}
article{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:16px;display:flex;flex-direction:column}
article .text{max-height:42vh;overflow:auto;margin-top:8px;border-radius:4px}
.answer{margin-top:16px;display:grid;gap:8px}
.answer label{font-size:14px;color:var(--fg2);display:flex;gap:8px;align-items:center}
.about{margin:0;font-weight:500}
textarea{font:inherit;color:inherit;background:var(--surface);border:1px solid var(--ctl);border-radius:8px;padding:8px 12px;width:100%;resize:vertical}
.bar{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;margin-top:12px}
.fill{flex:1}
.self{font-size:14px;color:var(--fg2);display:flex;gap:8px;align-items:center;min-height:32px}
.self input{width:18px;height:18px;accent-color:var(--accent)}
button{font:inherit;font-size:15px;min-height:40px;padding:0 16px;border-radius:8px;cursor:pointer;display:inline-flex;align-items:center;gap:8px;color:inherit;background:var(--surface);border:1px solid var(--ctl)}
button:hover{background:var(--sunken)}
.go{background:var(--accent);border-color:var(--accent);color:var(--onacc);font-weight:500}.go:hover{background:var(--accent);text-decoration:underline;text-underline-offset:3px}
kbd{font:inherit;font-size:12px;line-height:18px;min-width:20px;text-align:center;padding:0 5px;border:1px solid currentColor;border-radius:4px;opacity:.75}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.alone{min-height:50vh;display:grid;align-content:center;justify-items:start;gap:4px}.alone p{margin:0;color:var(--fg2)}
[aria-busy] .work{opacity:.6}
@media (max-width:760px){main{padding:12px 16px 40px}.items2{grid-template-columns:minmax(0,1fr)}article .text{max-height:30vh}.hint,kbd{display:none}button,.self{min-height:44px}}
@media (forced-colors:active){.progress span{border-top:8px solid CanvasText}.left{border-top-style:dotted!important}.progress{background:none;overflow:visible}}
`;

export const elementCss = `
.head,.foot,.title,.text,.ask,.line>.icon,.line>div:not(.act),.chip>span:first-child:has(+button[data-value]){display:none!important}
.row,.line{padding:12px}
.act{margin:0;min-height:44px}
.seg,.all{display:flex;flex:1}
.seg button,.all button{min-height:42px;flex:1;font-size:15px;justify-content:center}
.line .chip{flex:1;border:0}.line .chip button[data-value]{flex:1;min-height:42px;border:1px solid var(--ctl);border-radius:8px;margin-inline-end:8px}
section{counter-reset:key}
[data-value]{counter-increment:key}
[data-value]::before{content:counter(key);font-size:12px;line-height:18px;min-width:20px;text-align:center;border:1px solid;border-radius:4px;opacity:.7;margin-inline-end:8px;display:inline-block}
@media (max-width:760px){[data-value]::before{display:none}}
@media (max-width:480px){.seg,.all{flex-wrap:wrap}.seg button{flex:1 1 40%}}
`;
