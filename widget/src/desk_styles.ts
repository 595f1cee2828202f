// The look of the desk: the page around the elements, and what the elements leave out there.
// All is measured in rem, so that it grows with the letters somebody reads best; --keys hides what names a key.

export const deskCss = `
:root{color-scheme:light dark;background:var(--page);--fg:light-dark(#1c1d1a,#ececea);--fg2:light-dark(#5b5d57,#a9acb0);--page:light-dark(#f7f7f4,#121314);--surface:light-dark(#fff,#1b1c1e);--sunken:light-dark(#f5f5f2,#242629);--line:light-dark(#e3e3dd,#36383c);--ctl:light-dark(#85867e,#7b7e84);--accent:light-dark(#0b665a,#6fd3c1);--onacc:light-dark(#fff,#0b2a25)}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;color:var(--fg);font:.9375rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere;container-type:inline-size}
main{max-width:50rem;margin:0 auto;padding:1rem 1.5rem 2rem}
header p{margin:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline}
.name{font-size:.875rem}.name b{font-weight:600}.mine{margin-inline-start:auto;color:var(--fg2)}
.progress{display:flex;height:.5rem;gap:2px;margin:.5rem 0;border-radius:.25rem;overflow:hidden;background:var(--line)}
.progress span{min-width:3px}
.answered{background:var(--accent)}.left{background:light-dark(#c9cac2,#4b4e54)}
h1{font-size:1.375rem;line-height:1.25;letter-spacing:-.01em;font-weight:600;margin:1.25rem 0 .75rem}h1:focus{outline:0}
h2{font-size:1rem;line-height:1.35;font-weight:600;margin:0}
a{color:var(--accent)}
.quiet{color:var(--fg2);font-size:.875rem;margin:.75rem 0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}.quiet:empty{margin:0}
article .quiet{margin:.25rem 0 0}
article a{min-height:1.5rem}
.guideline{border-block:1px solid var(--line);padding:.5rem 0;margin:0 0 1rem}
summary{cursor:pointer;font-size:.875rem;font-weight:500;min-height:1.5rem}
.guideline .text{padding-top:.25rem;max-width:50rem;width:fit-content}
.text{white-space:pre-wrap;unicode-bidi:plaintext}
.items{display:grid;gap:1rem;align-items:stretch}
.items2{grid-template-columns:repeat(2,minmax(0,1fr))}main:has(.items2){max-width:74rem}
article{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:1rem}
article .text{margin-top:.75rem}
.room{max-height:60vh;overflow:auto;scroll-padding-bottom:2rem}
.room img{display:block;max-width:100%;height:auto;background:var(--sunken)}.room p{margin:0}.room div{margin-top:.75rem}
.room::highlight(earmark-guess),.room::highlight(earmark-within){background:light-dark(#d5ebe5,#1d4a43)}
.unlit .room{max-height:none}
.dock{margin-top:1rem;padding-block:.75rem;display:grid;gap:.75rem;background:var(--page);border-top:1px solid var(--line)}
.reasons{color:var(--fg2);font-size:.875rem;margin:.75rem 0}
.about{margin:0 0 .75rem;font-weight:500}
label{font-size:.875rem;color:var(--fg2);display:flex;gap:.5rem;align-items:center;min-height:1.5rem}
.noted{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:center}
.noted:has(:disabled) kbd,.noted:has(:disabled:placeholder-shown){visibility:hidden}
textarea{font:inherit;color:inherit;background:var(--surface);border:1px solid var(--ctl);border-radius:8px;padding:.5rem .75rem;flex:1 1 18rem;min-width:0;min-height:2.5rem;max-height:12rem;resize:vertical;field-sizing:content}
textarea:disabled{color:var(--fg2);background:none;border-color:var(--line);resize:none}
.bar{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
.hint{flex:1 1 20rem;font-size:.8125rem}
input{width:1.125rem;height:1.125rem;margin:.1875rem;flex:none;accent-color:var(--accent)}
button{font:inherit;min-height:2.5rem;padding:0 1rem;border-radius:8px;cursor:pointer;display:inline-flex;flex-wrap:wrap;align-items:center;justify-content:center;gap:0 .5rem;color:inherit;background:var(--surface);border:1px solid var(--ctl)}
button:hover{background:var(--sunken)}
.onward{display:grid}.onward button{grid-area:1/1}.onward [hidden]{display:inline-flex!important;visibility:hidden}
.go{background:var(--accent);border-color:var(--accent);color:var(--onacc);font-weight:500}.go:hover{background:var(--accent);text-decoration:underline;text-underline-offset:3px}
kbd{font:inherit;white-space:nowrap;font-size:.75rem;line-height:1.125rem;min-width:1.25rem;text-align:center;padding:0 .3125rem;border:1px solid;border-radius:4px;display:var(--keys,inline-block)}
button:not(.go) kbd{color:var(--fg2)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.alone{min-height:60vh;padding-top:1rem;display:grid;place-content:center;justify-items:center;text-align:center;gap:.5rem}.alone h1,.alone p{margin:0}.alone p{color:var(--fg2)}
.alone button{margin-top:.5rem}.alone .bar{justify-content:center}
[aria-busy] .work{opacity:.6}
.mute{--keys:none}
@media (hover:none){main{--keys:none}.hint{display:none}button,label{min-height:2.75rem}}
@media (min-width:48em) and (min-height:40em){article a,summary{scroll-margin-bottom:14rem}.dock{position:sticky;bottom:0}main{padding-bottom:0}.room{max-height:max(9rem,calc(100vh - var(--rest,28rem)))}.low .dock{position:static}.low .room{max-height:60vh}}
@container (max-width:47.5rem){main{padding:.75rem 1rem 2rem}.items2{grid-template-columns:minmax(0,1fr)}}
@container (max-width:30rem){button{padding:0 .5rem}.bar{justify-content:space-between}.onward{flex:1}.bar>label{flex:1 1 100%;order:1}}
@media (forced-colors:active){.go,.go:hover{forced-color-adjust:none;background:Highlight;border-color:Highlight;color:HighlightText}.progress span{border-top:.5rem solid CanvasText}.left{border-top-style:dotted!important}.progress{background:none;overflow:visible}}
`;

export const elementCss = `
.head,.title,.text,.ask,.line>.icon,.line>div:not(.act),.chip>span:first-child:has(+button[data-value]){display:none!important}
section{font-size:.9375rem;border:0;background:none;counter-reset:key}
.row,.line{padding:0}
.act,.line .chip{margin:0;min-height:2.75rem}
svg{width:1.0625rem;height:1.0625rem}
.seg,.all{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(8rem,100%),1fr));gap:.5rem;flex:1;border:0;overflow:visible}
.line .chip{flex:1;display:flex;gap:.5rem;border:0}
[data-value]{display:flex;align-items:center;justify-content:center;gap:.5rem;min-height:2.75rem!important;padding:.25rem .75rem!important;font-size:inherit;border:1px solid var(--ctl)!important;border-radius:8px!important;background:var(--surface);color:var(--fg);counter-increment:key}
.all .guess{border-style:dashed!important}
.chip [data-value]{flex:1 1 14rem;border-style:solid}
[data-value]::before{content:counter(key);font-size:.75rem;line-height:1.125rem;min-width:1.25rem;text-align:center;border:1px solid;border-radius:4px;color:var(--fg2);display:var(--keys,inline-block)}
[data-value]:nth-child(n+10)::before{display:none}
[data-value][aria-label]::after,.chip .undo[aria-label]::after{content:attr(aria-label)}
.chip .undo{gap:.375rem;margin-inline:auto .25rem}.chip .undo[aria-label]{font-size:0}.chip .undo::after{font-size:.9375rem}
.chip .said{flex:1 1 8rem;margin:0}.chip .undo{white-space:normal;text-align:start}
.said{line-height:1.4}
.seg button{margin:0}.seg :focus-visible{outline-offset:2px}
`;

/** Of what stands in a list elsewhere, all is left out but its answers. */
export const listCss = ".foot{display:none!important}";

/** Spots: the answers below the words that they are about, and below those what one marked beside. */
export const spotCss = `
:host([inert]) section{visibility:hidden}
li,.foot{padding:0}
li+li,.foot{border:0}
li+li{margin-top:.25rem}
:has(.draw)>ul{display:none}
@media (min-width:48em) and (min-height:40em){ul{max-height:50vh;overflow:auto;margin:-5px -12px;padding:5px 12px}}
.foot{margin-top:.25rem}
.foot>.icon{display:none}
.foot .ask{display:block!important}
.lead{margin-inline-start:-8px;font-size:1rem;flex:0 1 auto}
.act{gap:.5rem .75rem}
.act>.seg{display:flex;flex-wrap:wrap}.act>.seg>*{flex:1 1 auto}
.act>.quiet{margin-inline:auto -8px}.quiet{white-space:normal;text-align:start}
.act>.seg,.bounds,.which,.act>.rest{flex:1 1 100%}
.bounds{display:flex;flex-wrap:wrap;gap:.5rem}
.bounds button{border:1px solid var(--ctl);border-radius:8px;padding:.25rem .75rem;min-height:2.75rem}
[aria-pressed=true]{background:var(--sunken);font-weight:600;box-shadow:inset 0 0 0 1px var(--fg)}
.which{color:var(--fg2)}
.guess{border-style:dashed!important}
.pick,.nums{font-size:.9375rem}
@media (forced-colors:active){[aria-pressed=true]{outline:2px solid Highlight;outline-offset:-4px}}
`;
