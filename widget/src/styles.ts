// The look, as one constructable sheet; nothing of the host comes in but typeface and direction.

export const css = `
:host{all:initial;display:block!important;container-type:inline-size;box-sizing:border-box;direction:inherit;font-family:var(--earmark-font,inherit);color-scheme:inherit;
--fg:var(--earmark-fg,light-dark(#1c1d1a,#ececea));--fg2:light-dark(#5b5d57,#a9acb0);--surface:var(--earmark-surface,light-dark(#fff,#1b1c1e));--sunken:light-dark(#f5f5f2,#242629);
--line:light-dark(#e3e3dd,#36383c);--ctl:light-dark(#85867e,#7b7e84);--accent:var(--earmark-accent,light-dark(#0b665a,#6fd3c1));--soft:var(--earmark-soft,light-dark(#e3f2ee,#17362f));--err:light-dark(#a8281c,#ffb0a3)}
:host([hidden]){display:none!important}
*{box-sizing:border-box}
section{background:var(--surface);color:var(--fg);border:1px solid var(--line);border-radius:var(--earmark-radius,10px);font-size:15px;line-height:1.45;text-align:start;overflow-wrap:anywhere}
h2,p,ul{margin:0;padding:0;list-style:none;font:inherit}
button,input{font:inherit;color:inherit;margin:0;background:none;border:0;border-radius:7px}
button{cursor:pointer;min-height:32px;padding:0 8px;font-size:14px}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline;text-underline-offset:3px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
svg{width:16px;height:16px;flex:none;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.head{display:flex;align-items:center;gap:8px;padding:8px 8px 0 16px;padding-inline:16px 8px;min-height:42px}
.head h2{flex:1;font-weight:600}
.why{font-size:13px;color:var(--fg2);text-decoration:underline;text-underline-offset:3px}
.icon{display:grid;place-items:center;width:32px;padding:0;color:var(--fg2)}
.quiet,.foot button{color:var(--fg2);display:inline-flex;gap:6px;align-items:center;margin-inline-start:-8px}
.icon:hover,.quiet:hover,.foot button:hover,.seg button:hover{background:var(--sunken);color:var(--fg)}
.ask{padding:0 16px;color:var(--fg2);font-size:14px}
.note{margin:4px 16px;padding:10px 12px;background:var(--sunken);border-radius:8px;font-size:14px}
.row{padding:10px 16px 12px}.row+.row,.foot{border-top:1px solid var(--line)}
.title{display:flex;gap:8px;align-items:flex-start;margin-inline-end:-8px}
.title a{flex:1;min-width:0;font-weight:500;padding-block:3px;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:1;overflow:hidden}
.title .icon{min-height:28px;width:28px}
.open .title a{-webkit-line-clamp:none}
.open .title svg{rotate:180deg}
.text{color:var(--fg2);font-size:14px;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;min-height:41px}
.open .text{display:block;background:var(--sunken);color:var(--fg);border-radius:8px;padding:10px 12px;margin-top:4px}
.open .text a{display:block;margin-top:8px}
.act{display:flex;align-items:center;gap:8px;min-height:32px;margin-top:8px;font-size:14px}
.act p{flex:1;display:flex;gap:6px 8px;align-items:center;color:var(--fg2)}
.yours b{font-weight:600;color:var(--accent)}.failed b{font-weight:600;color:var(--err)}.failed svg{color:var(--err)}.yours svg{color:var(--accent)}.offline b{font-weight:600}
.undo{color:var(--accent);display:inline-flex;gap:6px;align-items:center;margin-inline-end:-8px;white-space:nowrap}
.seg{display:inline-flex;border:1px solid var(--ctl);border-radius:8px;overflow:hidden}
.seg button{min-height:30px;padding:0 12px;border-radius:0;white-space:nowrap;flex:1 1 auto}
.seg button+button{border-inline-start:1px solid var(--line)}
.seg button:active{background:var(--soft)}.seg :focus-visible{outline-offset:-3px}
.foot{padding:5px 16px;position:relative}
.find{width:100%;min-height:36px;border:1px solid var(--ctl);border-radius:8px;padding:0 12px;font-size:14px;background:var(--surface)}
.list{position:absolute;inset-inline:16px;top:100%;z-index:9;background:var(--surface);border:1px solid var(--line);border-radius:8px;box-shadow:0 6px 24px rgb(0 0 0/.16);overflow:hidden}
.list li{padding:8px 12px;font-size:14px;cursor:pointer}.list li[aria-selected=true],.list li:hover{background:var(--soft)}
.bar{height:12px;border-radius:6px;background:var(--sunken);margin-block:8px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@container (max-width:480px){.seg button,.quiet,.undo,.foot button,.icon,.find,.act>button{min-height:44px}.icon{width:44px}.title .icon{min-height:44px;width:44px;margin-block:-8px}.title a{-webkit-line-clamp:2}.why{display:none}}
@container (max-width:440px){.seg{display:flex;flex:1}.seg button{padding:0 4px}}
@container (max-width:400px){.undo svg{display:none}}
@media (forced-colors:active){.seg{border-color:ButtonText}.yours b{color:Highlight}section{border-color:CanvasText}}
@media (prefers-reduced-motion:no-preference){button{transition:background-color .12s,color .12s}}
`;

let made: CSSStyleSheet | undefined;

/** Return the sheet, made once for all elements. */
export function sheet(): CSSStyleSheet {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(css);
  }
  return made;
}
