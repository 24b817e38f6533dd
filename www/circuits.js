"use strict";
// A circuit: per phase what flows, house and cars stacked, against the fuse.
//
// The stack starts at the house's current. Does the house export, that is left of zero: what the
// cars take from it covers it, and what still goes out to the grid is shown as export.

const PHASES = [0, 1, 2];
// The house's current is then reckoned from an old or wrong meter value.
const DOUBTED = ["silent", "frozen", "low", "not_following"];

function circuitView(parent) {
  const root = make("article", "panel circuit", parent);
  const head = make("div", "head", root);
  const name = make("h3", "", head);
  const facts = make("p", "facts", head);
  const plot = make("div", "plot", root);
  const grid = make("div", "grid", plot);
  grid.setAttribute("aria-hidden", "true");
  const rows = PHASES.map((p) => phaseRow(plot, p));
  const meter = make("p", "meter", root);
  let ticksFor = "";

  function show({circuit, meterState}) {
    put(name, circuit.name);
    const said = [];
    if (circuit.main_ma) said.push(say("circuit.fuse", {value: limitText(circuit.main_ma)}));
    if (circuit.limit_ma) said.push(say("circuit.limit", {value: limitText(circuit.limit_ma)}));
    if (circuit.parent) said.push(say("circuit.under", {parent: circuit.parent}));
    if (circuit.imbalance_ma !== null) said.push(say("circuit.imbalance", {value: limitAmps(circuit.imbalance_ma)}));
    if (circuit.breaker) said.push(say("circuit.breaker", {type: circuit.breaker}));
    put(facts, said.join(" · "));
    const scale = scaleOf(circuit);
    if (ticksFor !== scale.low + "," + scale.high) {
      ticksFor = scale.low + "," + scale.high;
      drawGrid(grid, scale);
    }
    rows.forEach((row, p) => row.show(circuit, p, scale));
    mark(plot, "data-doubt", DOUBTED.includes(meterState?.trust));
    showMeter(meter, meterState);
  }
  return {root, show};
}

/** The limit of a phase: the fuse where there is one, else what the cars may use. */
function limitOf(circuit, p) {
  return (circuit.main_ma ?? circuit.limit_ma)?.[p] ?? 0;
}

/** One scale for all phases of a circuit: the fuse a little before its right end. */
function scaleOf(circuit) {
  let high = 6000;
  let low = 0;
  for (const p of PHASES) {
    const house = circuit.house_ma?.[p] ?? 0;
    const end = house + circuit.cars_ma[p] + circuit.reserved_ma[p];
    high = Math.max(high, limitOf(circuit, p) * 1.08, Math.min(end, limitOf(circuit, p) * 1.6));
    low = Math.min(low, house, end);
  }
  const step = stepOf(high);
  return {low: low < -200 ? -Math.ceil(-low / step) * step : 0, high, step};
}

function stepOf(range) {
  return [1000, 2000, 5000, 10000, 20000, 50000, 100000].find((step) => range / step <= 5) ?? 200000;
}

function drawGrid(grid, scale) {
  grid.replaceChildren();
  for (let value = scale.low; value <= scale.high * 1.001; value += scale.step) {
    const line = make("i", value === 0 ? "zero" : "", grid);
    line.style.left = percent(value, scale);
    const label = make("span", "", grid);
    label.style.left = line.style.left;
    label.textContent = SHORT.format(value / 1000).replace("-", "−");
  }
}

function phaseRow(parent, p) {
  const row = make("div", "row", parent);
  row.setAttribute("role", "img");
  make("span", "phase", row).textContent = "L" + (p + 1);
  const track = make("div", "track", row);
  const bars = {};
  for (const kind of ["export", "house", "cars", "reserved", "over"]) bars[kind] = make("i", "bar " + kind, track);
  const target = make("i", "target", track);
  const fuse = make("i", "fuse", track);
  const value = make("span", "value", row);

  function show(circuit, p, scale) {
    const known = circuit.house_ma !== null;
    const house = known ? circuit.house_ma[p] : 0;
    const cars = circuit.cars_ma[p];
    const reserved = circuit.reserved_ma[p];
    const net = house + cars;
    const limit = limitOf(circuit, p);
    span(bars.house, 0, Math.max(0, house), scale);
    span(bars.cars, house, net, scale);
    span(bars.export, Math.min(net, 0), 0, scale);
    span(bars.reserved, net, net + reserved, scale);
    span(bars.over, limit, limit && net > limit ? net : limit, scale);
    fuse.hidden = !limit;
    fuse.style.left = percent(limit, scale);
    const aim = circuit.target_ma?.[p] ?? null;
    target.hidden = aim === null || aim === limit;
    if (aim !== null) target.style.left = percent(aim, scale);
    put(value, amps(net));
    mark(row, "data-over", limit > 0 && net > limit);
    mark(
      row,
      "aria-label",
      say("circuit.row", {
        phase: "L" + (p + 1),
        net: amps(net),
        limit: limitAmps(limit),
        house: known ? amps(house) : say("circuit.unknown"),
        cars: amps(cars),
        reserved: amps(reserved),
      }),
    );
  }
  return {show};
}

function showMeter(node, meter) {
  node.hidden = !meter;
  if (!meter) return;
  mark(node, "data-trust", meter.trust === "good" ? "good" : meter.trust === "starting" ? "wait" : "bad");
  const said = [say("meter.line", {name: meter.name, trust: say("trust." + meter.trust)})];
  // The age of a healthy meter jumps about: it is worth words only when it is old.
  if (meter.age_ms > 3000) said.push(say("meter.age", {age: duration(meter.age_ms)}));
  put(node, said.join(", "));
}
