"use strict";
// Shows what the controller sends by itself, see live.js. While nothing comes from there, it is
// asked once a second: one request at a time, the next one a second after the last has ended. A
// hidden page takes no place among the live ones, and asks only now and then.

const PERIOD_MS = 1000;
const HIDDEN_MS = 15000;
const TIMEOUT_MS = 4000;
const OLD_MS = 3000;

const at = (id) => document.getElementById(id);
const circuitViews = [];
const chargerViews = [];
const figureViews = {};
let status = null;
let answeredAt = 0;
let liveAt = -Infinity;
let timer = 0;
let asking = false;
let alarmsShown = null;

async function ask() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  if (document.hidden) {
    unlisten();
    liveAt = -Infinity;
  }
  try {
    if (performance.now() - liveAt > OLD_MS) await askOnce();
  } catch {
    // not there: the page says how old its values are
  }
  asking = false;
  showAge();
  timer = setTimeout(ask, document.hidden || isLocked() ? HIDDEN_MS : PERIOD_MS);
}

async function askOnce() {
  const answer = await fetch("api/status", {cache: "no-store", headers: OURS, signal: AbortSignal.timeout(TIMEOUT_MS)});
  if (answer.status === 401) await greet();
  if (!answer.ok) return;
  take(await answer.json());
  if (document.hidden) return;
  listen((live) => {
    liveAt = performance.now();
    take(live);
  });
}

function take(answer) {
  status = answer;
  answeredAt = performance.now();
  show();
}

function show() {
  put(at("site"), status.name);
  document.title = status.name;
  const meters = new Map(status.meters.map((meter) => [meter.name, meter]));
  match(
    circuitViews,
    status.circuits.map((circuit) => ({circuit, meterState: meters.get(circuit.meter)})),
    at("circuits"),
    circuitView,
  );
  match(chargerViews, status.chargers, at("chargers"), chargerView);
  mark(at("circuits"), "data-empty", status.circuits.length ? null : say("circuit.none"));
  mark(at("chargers"), "data-empty", status.chargers.length ? null : say("charger.none"));
  showFigures();
  showFoot();
}

function showFigures() {
  const meter = status.meters[0];
  const power = meter?.trust === "silent" ? undefined : meter?.power_w?.reduce((sum, phase) => sum + phase, 0);
  figure(
    "grid",
    power === undefined ? null : SHORT.format(Math.abs(power) / 1000) + " kW",
    power < 0 ? say("figure.export") : say("figure.import"),
  );
  const charging = status.chargers.filter((charger) => charger.state === "charging");
  figure("cars", String(charging.length), say("figure.of", {count: status.chargers.length}));
  figure("set", status.available_ma === null ? null : limitAmps(status.available_ma), "");
  const energy = meter?.energy_import_wh ?? null;
  figure("meter", energy === null ? null : Math.floor(energy / 1000).toLocaleString(LANGUAGE) + " kWh", "");
}

function figure(code, value, unit) {
  if (!figureViews[code]) {
    const root = make("div", "", at("figures"));
    make("dt", "", root).textContent = say("figure." + code);
    const data = make("dd", "", root);
    figureViews[code] = {root, value: make("b", "", data), unit: make("span", "", data)};
  }
  const view = figureViews[code];
  view.root.hidden = value === null;
  if (value === null) return;
  put(view.value, value);
  put(view.unit, unit);
}

function showAlarms(old) {
  const alarms = (status?.alarms ?? []).map(({code, subject}) => ({
    what: say("alarm." + code, {subject, error: status.settings_error}),
    todo: hasWords("alarm." + code + ".do") ? say("alarm." + code + ".do") : "",
    mild: code === "meter_recovering" || code === "charger_name_error",
  }));
  if (old) alarms.unshift({what: say("stale.what"), todo: say("stale.do")});
  const wanted = JSON.stringify(alarms);
  if (wanted === alarmsShown) return;
  alarmsShown = wanted;
  at("alarms").replaceChildren(
    ...alarms.map(({what, todo, mild}) => {
      const alarm = make("div", mild ? "alarm mild" : "alarm");
      make("p", "what", alarm).textContent = what;
      make("p", "todo", alarm).textContent = todo;
      return alarm;
    }),
  );
}

function showAge() {
  // The word is for a screen reader too; the age, which changes every second, is not.
  const age = performance.now() - answeredAt;
  const old = age > OLD_MS;
  const word = old ? "old" : answeredAt ? "live" : "waiting";
  mark(at("fresh"), "data-tone", {waiting: "wait", old: "bad", live: "on"}[word]);
  put(at("fresh-word"), say("fresh." + word));
  put(at("fresh-age"), answeredAt && old ? duration(Math.floor(age / 1000) * 1000) : "");
  document.body.classList.toggle("old", old);
  showAlarms(old);
}

function showFoot() {
  const cause = "reset." + status.reset_cause;
  const said = [
    say("foot.version", {version: status.version}),
    say("foot.uptime", {age: duration(status.uptime_s * 1000)}),
    say("foot.reset", {cause: hasWords(cause) ? say(cause) : status.reset_cause}),
    say("foot.memory", {
      free: Math.round(status.mem_free / 1024),
      all: Math.round((status.mem_free + status.mem_used) / 1024),
    }),
  ];
  put(at("foot"), said.join(" · "));
}

function start() {
  document.documentElement.lang = LANGUAGE;
  put(at("circuits-title"), say("title.circuits"));
  put(at("chargers-title"), say("title.chargers"));
  at("alarms").setAttribute("aria-label", say("title.alarms"));
  for (const kind of ["house", "cars", "reserved", "export", "target", "fuse"]) {
    const entry = make("li", "", at("legend"));
    make("i", "key " + kind, entry);
    entry.append(say("legend." + kind));
  }
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  setInterval(showAge, 500);
  startLogin(ask);
  ask();
}

start();
