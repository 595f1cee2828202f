// Every word that a person sees or hears, in English: one group a chunk, so that each brings only its own.
// {x} is filled in; where a number decides the form, the forms stand under their plural categories.

export const mark = { show: "Show", menu: "About this question" };

export const answers = {
  unsure: "Not sure",
  none: "No",
  answer: {
    duplicate: "Same problem.",
    related: "Related.",
    different: "Different.",
    fits: "Fits.",
    does_not_fit: "Does not fit.",
  } as Record<string, string>,
  after: { related: "Kept beside this thread.", different: "Won’t come back.", unsure: "That helps too." } as Record<string, string>,
  others: { one: "You and 1 other.", other: "You and {n} others." },
  proposed: "Proposed: others will be asked.",
  contested: "Contested: others will be asked.",
  settled: "Settled.",
  agree: "Settled: {x} of {n} agree.",
  offline: "Sends when online.",
  failed: "Not saved.",
  leave: "Leave it",
  again: "Try again",
  undo: "Undo",
  undone: "Taken back.",
  people: { one: "{n} person", other: "{n} people" },
  mark: "Mark",
};

export const pair = {
  heading: "Related threads",
  showPairs: "Show related threads",
  why: "Why am I asked?",
  duplicate: "Same",
  related: "Related",
  different: "Different",
  answers: "Is it the same problem as “{x}”?",
  read: "Read “{x}” here",
  answered: "Answered there:",
  empty: "No thread like this one yet. If you know one, name it.",
  search: "Search for another",
};

export const spots = {
  yes: "Yes",
  noneOf: "None of these",
  move: "Move its boundary",
};

export const span = {
  markWords: "Mark words",
  orSelect: "or select text",
  stale: "no longer in this text. Your mark is kept with the earlier version.",
};

export const choose = {
  markAs: "Mark “{x}” as",
  tooLong: "Too long: mark at most 5,000 characters.",
  refused: { too_many_spots: "Not saved: you marked as many here as one may." },
  close: "Close",
  start: "Beginning",
  end: "End",
  wordKeys: "Arrows move, Shift extends, Space changes between words and characters, Enter marks, Esc leaves",
  word: "By words",
  grapheme: "By characters",
};

export const read = { open: "Open the thread" };

export const tags = {
  fits: "“{x}” fits",
  does_not_fit: "“{x}” does not fit",
  add: "Add tag",
  addNew: "Add “{x}” as a new tag",
};

export const find = {
  found: { one: "{n} found", other: "{n} found" },
  nothing: "Nothing found. Try other words.",
  unreachable: "No answer. Try again when online.",
  close: "Close",
};

export const region = {
  bound: "Box {x}",
  stalePicture: "not of this picture. Your mark is kept with the earlier one.",
};

export const draw = {
  noPicture: "The picture is not there yet.",
  drawNow: "Drag over the picture, tap two corners, or press Enter.",
  drawKeys: "Arrows move, Shift resizes, Alt goes finely, Enter keeps, Esc leaves.",
  drawHands: "Drag it or its edges, then say what it is.",
  drawCorner: "Now tap the opposite corner.",
  drawTiny: "Too small. Draw it larger.",
  refused: { too_many_spots: "Not saved: you marked as many here as one may." },
  drawPick: "What is it?",
  drawX: "Left edge in %",
  drawY: "Upper edge in %",
  drawW: "Width in %",
  drawH: "Height in %",
  close: "Close",
};

export const deskSpots = {
  deskNoPicture: "The picture does not come. You can skip it.",
  deskBare: "This has no picture. Skip it.",
  deskGone: "What was marked here is no longer there. Skip it.",
  deskWhich: "First: which boundary is right?",
};

export const menu = {
  because: "We show this to a few people a week. Your answer helps others find theirs.",
  marks: "Your marks",
  noMarks: "You have not marked anything yet.",
  notNow: "Not now",
  hide: "Hide these questions",
  hidden: "Hidden. You won’t be asked this again.",
  optOut: "Leave altogether",
  optedOut: "Nothing is shown or kept from here on.",
  unreachable: "No answer. Try again when online.",
};

export const own = {
  marksMore: "These are your last {x}. All of them are in what you download.",
  download: "Download my data",
  downloaded: "Downloaded.",
  erase: "Delete my data",
  eraseSure: "Your marks and all else that is kept about you here are deleted for good. Nothing is shown to you or asked of you again. This cannot be taken back.",
  eraseNow: "Delete for good",
  keepData: "Keep my data",
  erased: "Your data is deleted. Nothing more is shown or kept.",
  tooMany: { one: "Too much at once. Try again in {n} minute.", other: "Too much at once. Try again in {n} minutes." },
};

export const desk = {
  deskWait: "Looking for the next one …",
  deskPair: "Are these two the same?",
  deskTaken: "Others answered that one in the meantime.",
  deskChanged: "That was not saved: the answers to choose from have changed.",
  deskEdited: "That was not saved: the text was edited meanwhile.",
  deskClock: "Not saved: the clock of this device is wrong.",
  deskGuided: "How to decide was changed.",
  deskClosed: "This link does not open the desk any more.",
  deskAskNew: "Ask whoever sent it for a new one.",
  deskFull: "This link has let in as many people as it may.",
  deskOther: "This browser is known here in another role.",
  deskOut: "You left altogether.",
  deskErased: "Your data is deleted.",
  deskNoMore: "Nothing is asked of you or kept from here on.",
  deskRefused: "That did not work ({x}).",
  deskGoOn: "What you wrote is kept. Go on with the next one.",
  deskNotAsked: "This question is not asked any more.",
  deskDown: "No answer.",
  deskKept: "What you answered is kept. We try again by ourselves.",
  deskAgain: "Try again",
  deskDone: "Nothing to answer just now.",
  deskDoneMore: { one: "You answered {n}. New ones may come.", other: "You answered {n}. New ones may come." },
  deskLook: "Look again",
  deskBack: "Back",
  deskSkip: "Skip",
  deskNext: "Next",
  deskSelf: "Go on by itself",
  deskNote: "A note, if you like",
  deskTag: "Does “{x}” fit?",
  deskReasons: "Guessed because: {x}",
  deskGuideline: "How to decide",
  deskOpen: "Open the original",
  deskMine: { one: "{n} answered by you", other: "{n} answered by you" },
  deskLeft: "{x} left for you",
  deskKeys: "Digits answer · U takes back · N note · S skips · B goes back · Enter goes on",
};
