// The look that all kinds share, as a constructable sheet; nothing of the host comes in but typeface, direction
// and colour scheme. Each kind brings a sheet of its own beside it.

export const css = `
:host{display:block}
:host([hidden]){display:none}
section{all:initial;display:block;position:relative;container-type:inline-size;box-sizing:border-box;min-height:var(--earmark-reserve,0);color-scheme:inherit;font:max(14px,.875rem)/1.45 system-ui;font-family:var(--earmark-font,inherit);overflow-wrap:anywhere;
--fg:var(--earmark-fg,light-dark(#1c1d1a,#ececea));--fg2:light-dark(#5b5d57,#a9acb0);--surface:var(--earmark-surface,light-dark(#fff,#1b1c1e));--sunken:light-dark(#f5f5f2,#242629);
--line:light-dark(#e3e3dd,#36383c);--ctl:light-dark(#85867e,#7b7e84);--accent:var(--earmark-accent,light-dark(#0b665a,#6fd3c1));
background:var(--surface);color:var(--fg);border:1px solid var(--line);border-radius:var(--earmark-radius,10px)}
*{box-sizing:border-box}
[hidden]{display:none!important}
h2,p,ul{padding:0;list-style:none;font:inherit;margin:0}
button,input{border-radius:7px;color:inherit;border:0;background:none;font:inherit;margin:0}
button{padding:0 8px;min-height:32px;cursor:pointer}
button:hover{background:var(--sunken)}
a,.undo,.yours b,.yours svg{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
svg{width:16px;height:16px;flex:none;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.act,.head,.quiet,.undo,.line,p.said{display:flex;gap:8px;align-items:center}
.icon,.quiet,.ask,.said{color:var(--fg2)}
.quiet,.undo{gap:6px;margin-inline:-8px}
.icon{width:32px;padding:0}
.line{padding:12px 16px}
.act{min-height:32px}
.act,.line{flex-wrap:wrap}
.said{line-height:1.3;flex:1 9em}
b{font-weight:500}
.failed{color:light-dark(#a21,#fba)}
[aria-busy]{inset:0;position:absolute;overflow:hidden}
.unseen{width:1px;height:1px;clip-path:inset(50%);position:absolute;overflow:hidden}
@media (max-width:480px),(pointer:coarse){button,input,.act{min-height:44px}.icon{width:44px}}
@media (forced-colors:active){.yours b{outline:2px solid Highlight;margin-inline-end:4px}}
`;

const made: Record<string, CSSStyleSheet> = {};

/** Return the sheet of some rules, made once for all elements. */
export function sheet(rules: string): CSSStyleSheet {
  if (!made[rules]) (made[rules] = new CSSStyleSheet()).replaceSync(rules);
  return made[rules]!;
}
