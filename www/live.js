"use strict";
// Live updates: the controller sends each row of its status when it has changed, and at the end of
// every round a word that this is all there is. A refused EventSource does not try again by itself.

const RETRY_MS = 10000;

let source = null;
let triedAt = -Infinity;

/** Open the live updates unless they are open; `take` gets the whole status after each round. */
function listen(take) {
  const isClosed = !source || source.readyState === EventSource.CLOSED;
  if (!isClosed || performance.now() - triedAt < RETRY_MS) return;
  triedAt = performance.now();
  const lists = {};
  source = new EventSource("api/live");
  source.onmessage = ({data}) => {
    const [name, place, members] = JSON.parse(data);
    if (name !== "all") {
      const rows = (lists[name] ??= []);
      rows[place] = {...rows[place], ...members};
      return;
    }
    for (const [list, count] of Object.entries(place)) {
      members[list] = lists[list] ??= [];
      members[list].length = count;
    }
    take(members);
  };
}

/** Close them: nobody looks at the page. */
function unlisten() {
  source?.close();
  source = null;
  triedAt = -Infinity;
}
