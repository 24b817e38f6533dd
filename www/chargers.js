"use strict";
// A card per wallbox: its state, what it may draw, what it draws, and why.

const TONE = {
  charging: "on",
  ready: "calm",
  waiting: "wait",
  blocked: "wait",
  full: "calm",
  fault: "bad",
  lost: "bad",
  name_error: "bad",
};

function chargerView(parent) {
  const root = make("article", "panel charger", parent);
  const head = make("div", "head", root);
  const name = make("h3", "", head);
  const state = make("p", "state", head);
  const figure = make("p", "figure", root);
  const drawn = make("b", "", figure);
  const may = make("span", "", figure);
  const lanes = make("div", "lanes", root);
  lanes.setAttribute("role", "img");
  const bars = PHASES.map((p) => lane(lanes, p));
  const reason = make("p", "reason", root);
  const facts = make("p", "facts", root);

  function show(charger) {
    put(name, charger.name || charger.host);
    put(state, say("state." + charger.state));
    mark(state, "data-tone", TONE[charger.state] ?? "off");
    mark(root, "data-state", charger.state);
    // Without an answer or a car there is nothing to measure: then the reason says it all.
    const idle = !(charger.drawn_ma && Math.max(...charger.drawn_ma) > 100);
    const quiet = idle && ["no_car", "lost", "unheard", "name_error"].includes(charger.state);
    figure.hidden = lanes.hidden = quiet;
    put(drawn, drawnText(charger));
    put(may, mayText(charger));
    const scale = {low: 0, high: charger.max_ma};
    bars.forEach((bar, p) => bar.show(charger, p, scale));
    mark(
      lanes,
      "aria-label",
      say("charger.bar", {
        name: charger.name || charger.host,
        drawn: charger.drawn_ma ? charger.drawn_ma.map(amps).join(", ") : say("charger.unmeasured"),
        offered: amps(Math.max(0, charger.setpoint_ma)),
      }),
    );
    put(reason, reasonText(charger));
    put(facts, factsText(charger));
  }
  return {root, show};
}

function lane(parent, p) {
  const row = make("div", "lane", parent);
  make("span", "phase", row).textContent = "L" + (p + 1);
  const track = make("div", "track", row);
  const offered = make("i", "bar offered", track);
  const drawn = make("i", "bar cars", track);
  const setpoint = make("i", "setpoint", track);
  const value = make("span", "value", row);

  function show(charger, p, scale) {
    row.hidden = p >= charger.phases && !(charger.drawn_ma?.[p] > 100);
    const may = Math.max(0, charger.setpoint_ma);
    const draws = charger.drawn_ma?.[p] ?? 0;
    span(offered, 0, charger.state === "name_error" ? 0 : may, scale);
    span(drawn, 0, draws, scale);
    setpoint.hidden = offered.hidden;
    setpoint.style.left = percent(Math.min(may, scale.high), scale);
    put(value, charger.drawn_ma ? amps(charger.drawn_ma[p]) : "–");
  }
  return {show};
}

function drawnText(charger) {
  return charger.drawn_ma ? amps(Math.max(...charger.drawn_ma)) : say("charger.unmeasured");
}

function mayText(charger) {
  if (charger.state === "name_error" || charger.setpoint_ma < 0) return say("charger.undecided");
  if (charger.setpoint_ma === 0) return say("charger.may.not");
  return say("charger.may", {current: limitAmps(charger.setpoint_ma)});
}

function reasonText({reason, state, setpoint_ma, min_ma}) {
  const code = state === "name_error" ? state : reason.code;
  const value = reason.value || (code === "no_room" ? min_ma : 0);
  return reasonWords({...reason, code, value}, setpoint_ma > 0);
}

/** What the settings say of the phases, and what was learnt of them. */
function wiringTexts({rotation, learnt, phases}) {
  const said = [];
  const isSame = learnt?.rotation === rotation;
  if (rotation && !(isSame && learnt?.sure)) said.push(say("charger.order", {order: rotation}));
  if (learnt?.rotation && (learnt.sure || !isSame)) {
    // Of a wallbox with one phase only the first of the three counts.
    const order = phases === 1 ? learnt.rotation.slice(0, 2) : learnt.rotation;
    said.push(say(learnt.sure ? "charger.learnt" : "charger.guess", {order, percent: learnt.percent}));
  } else if (learnt && !rotation) {
    said.push(say("charger.learning"));
  }
  return said;
}

function factsText(charger) {
  const said = [charger.host];
  said.push(charger.phases === 1 ? say("charger.phase") : say("charger.phases", {count: charger.phases}));
  said.push(...wiringTexts(charger));
  if (charger.error) said.push(say("charger.error", {error: charger.error}));
  if (charger.age_ms > 3000) said.push(say("charger.seen", {age: duration(charger.age_ms)}));
  return said.join(" · ");
}
