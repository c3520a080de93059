/** Near enough to each chat that a reader knows where they are; no vendor's artwork. */
export const style = `
:root { color-scheme: light; font: 14px/1.45 system-ui, "Segoe UI", Roboto, sans-serif; color: #1d1c1d; }
body { margin: 0; background: #eceef1; } h1 { margin: 12px 14px 0; font-size: 18px; } h1 small { font-size: 13px; font-weight: 400; }
main { display: grid; grid-template-columns: repeat(4, minmax(330px, 1fr)); gap: 12px; padding: 12px; }
@media (max-width: 1400px) { main { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 760px) { main { grid-template-columns: minmax(0, 1fr); } }
.chat { background: #fff; border-radius: 8px; min-width: 0; overflow: hidden; padding-bottom: 8px; }
.chat h2 { margin: 0; padding: 10px 14px; font-size: 15px; color: #fff; background: #4a154b; }
.teams h2 { background: #464eb8; } .google-chat h2 { background: #00796b; }
.message { padding: 10px 14px; overflow-wrap: anywhere; } .message.reply { margin-left: 26px; border-left: 2px solid #dfe1e6; }
.message header { font-size: 13px; } time, .edited, .context, .subtle, .empty, small { color: #595859; }
.empty, .fault { padding: 0 14px; } .fault { color: #c4314b; font-weight: 600; }
.app { background: #e8e8e8; border-radius: 3px; font-size: 10px; padding: 1px 3px; }
h3 { font-size: 16px; margin: 4px 0; } p { margin: 4px 0; } .context, .size-small { font-size: 12px; }
.bar { border-left: 4px solid; padding-left: 10px; margin-top: 4px; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; margin: 6px 0; }
pre { background: #f6f6f6; border: 1px solid #ddd; border-radius: 4px; padding: 6px; white-space: pre-wrap; font-size: 12px; margin: 4px 0; }
code, .font-monospace { font-family: ui-monospace, Consolas, monospace; }
.adaptive, .card { border: 1px solid #e1e1e1; border-radius: 6px; padding: 10px; margin-top: 6px; box-shadow: 0 1px 2px #0001; }
.size-large { font-size: 17px; } .weight-bolder { font-weight: 600; }
.color-attention { color: #c4314b; } .color-warning { color: #b5560b; } .color-good { color: #237b4b; } .color-accent { color: #464eb8; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 6px 0; } dt { font-weight: 600; } dd { margin: 0; }
.actions { margin-top: 8px; } .button { display: inline-block; border: 1px solid #c7c7c7; border-radius: 4px; padding: 3px 10px; margin-right: 6px; background: #fff; color: inherit; font: inherit; text-decoration: none; }
button.button { cursor: pointer; } .button.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
.whisper { background: #f6f6f6; } .whisper header { color: #616061; }
.link { color: #1264a3; } .mention { background: #fff3c4; color: #1264a3; } .own { font-size: 15px; } .dot { border-radius: 50%; display: inline-block; font-size: 0; height: 12px; vertical-align: middle; width: 12px; } q { border-left: 3px solid #ddd; padding-left: 8px; quotes: none; }
`;
