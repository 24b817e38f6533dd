"use strict";
// Every word of the page, by language and code. {name} is filled in. The chip sends codes only.

const CATALOGUE = {
  en: {
    "title.circuits": "Circuits",
    "title.chargers": "Wallboxes",
    "title.alarms": "Alarms",

    "fresh.waiting": "Waiting for the first values",
    "fresh.live": "Live",
    "fresh.old": "Old values",
    "stale.what": "The controller does not answer. What you see is old.",
    "stale.do": "The page keeps trying. Check the network and the controller's power; the wallboxes stop by themselves if it is really gone.",

    "figure.grid": "Grid",
    "figure.import": "import",
    "figure.export": "export",
    "figure.cars": "Charging",
    "figure.of": "of {count}",
    "figure.set": "Set limit",
    "figure.meter": "Meter reading",

    "legend.house": "House",
    "legend.cars": "Cars",
    "legend.reserved": "Reserved for silent wallboxes",
    "legend.export": "Export",
    "legend.target": "Target",
    "legend.fuse": "Fuse or limit",

    "circuit.fuse": "Fuse {value}",
    "circuit.limit": "Cars at most {value}",
    "circuit.under": "below {parent}",
    "circuit.none": "No circuit yet. Put a meter, a fuse and the wallboxes into settings.json.",
    "circuit.row": "Phase {phase}: {net} of {limit}. House {house}, cars {cars}, reserved {reserved}.",
    "circuit.unknown": "unknown",

    "meter.line": "Meter {name}: {trust}",
    "meter.age": "{age} old",
    "trust.starting": "waiting for its first values",
    "trust.good": "believed",
    "trust.silent": "not answering",
    "trust.frozen": "not believed, values stand still",
    "trust.low": "not believed, reads less than the cars draw",
    "trust.not_following": "not believed, does not follow the cars",
    "trust.recovering": "answers again, being checked",

    "state.unheard": "Not heard yet",
    "state.no_car": "No car",
    "state.blocked": "Blocked by the wallbox",
    "state.waiting": "Waiting",
    "state.ready": "Ready",
    "state.charging": "Charging",
    "state.full": "Car is done",
    "state.fault": "Fault",
    "state.lost": "Not answering",
    "state.name_error": "No usable address",

    "charger.none": "No wallbox yet. Put them into settings.json.",
    "charger.may": "may draw {current}",
    "charger.may.not": "may not draw",
    "charger.undecided": "not told anything yet",
    "charger.unmeasured": "Not measured",
    "charger.phases": "{count} phases",
    "charger.phase": "1 phase",
    "charger.order": "connected {order}",
    "charger.seen": "answered {age} ago",
    "charger.error": "error {error}",
    "charger.bar": "{name} draws {drawn} of {offered}",

    "reason.starting": "Starting: everybody is listened to first. A running charge goes on.",
    "reason.unheard": "Has not answered since the start.",
    "reason.no_car": "Nothing to do until a car is plugged in.",
    "reason.blocked_by_box": "The wallbox itself forbids charging: key, user or its own limit.",
    "reason.full": "The car ended charging by itself.",
    "reason.fault": "The wallbox reports a fault.",
    "reason.own_maximum": "Gets all that it and its car can take.",
    "reason.limit": "Limited by {circuit}, phase L{phase}.",
    "reason.limit.site": "Limited by the maximum current of the site, phase L{phase}.",
    "reason.no_room.site": "Its minimum of {min} does not fit into the maximum current of the site.",
    "reason.no_room": "Its minimum of {min} does not fit on {circuit}, phase L{phase}.",
    "reason.external": "Limited by the current set from outside.",
    "reason.meter_fallback": "The meter of {circuit} is not believed: only the safe rest is given out.",
    "reason.settling": "Waits until others have let go of their current.",
    "reason.hold": "Waits until the free current has held for a while.",
    "reason.settling.more": "Gets more as soon as others have let go of their current.",
    "reason.hold.more": "Gets more when the free current has held for a while.",
    "reason.lost": "{value} stay reserved for it: it may still draw them.",
    "reason.lost.zero": "Its own time-out has passed: nothing is reserved for it any more.",
    "reason.disobeys": "Draws more than it may. It counts with what it draws.",
    "reason.switched_off": "Charge management is switched off.",
    "reason.name_error": "Needs an IP address in the settings. It is not controlled.",

    "alarm.settings": "The settings are not valid: {error}",
    "alarm.settings.do": "The last good settings are in use; if there are none, no wallbox is controlled. Mend settings.json and restart.",
    "alarm.overload": "{subject}: more current than the fuse is made for.",
    "alarm.overload.do": "The cars are being cut back. If this stays, switch off something large.",
    "alarm.meter_silent": "Meter {subject} does not answer.",
    "alarm.meter_silent.do": "Check its power, the two RS485 wires and its address. Until then the cars get only the safe rest.",
    "alarm.meter_frozen": "Meter {subject} keeps sending the same values.",
    "alarm.meter_frozen.do": "Restart the meter or its gateway. Until then the cars get only the safe rest.",
    "alarm.meter_low": "Meter {subject} reads less than the cars draw.",
    "alarm.meter_low.do": "Check the direction of its current transformers, and that all wallboxes are behind it.",
    "alarm.meter_not_following": "Meter {subject} does not follow the cars.",
    "alarm.meter_not_following.do": "Check which phase each transformer sits on, and that all wallboxes are behind it.",
    "alarm.meter_recovering": "Meter {subject} answers again and is being checked.",
    "alarm.meter_recovering.do": "Nothing to do: it is believed after three good values.",
    "alarm.charger_lost": "{subject} does not answer.",
    "alarm.charger_lost.do": "Check its power and network. The others go on charging.",
    "alarm.charger_fault": "{subject} reports a fault.",
    "alarm.charger_fault.do": "Look at the wallbox. The others go on charging.",
    "alarm.charger_disobeys": "{subject} draws more than it may.",
    "alarm.charger_disobeys.do": "Unplug the car and plug it in again; if it happens again, restart the wallbox.",
    "alarm.charger_name_error": "{subject} has no usable address.",
    "alarm.charger_name_error.do": "Give its IP address in the settings.",

    "foot.version": "Fusekeeper {version}",
    "foot.uptime": "running for {age}",
    "foot.reset": "last restart: {cause}",
    "foot.memory": "{free} of {all} KB memory free",
    "reset.power_on": "power on",
    "reset.watchdog": "watchdog",
    "reset.restart": "on request",
    "reset.reset": "reset",
  },
};

const LANGUAGE = CATALOGUE[navigator.language.slice(0, 2)] ? navigator.language.slice(0, 2) : "en";

/** The words for a code, with {names} filled in; the code itself where there are none. */
function say(code, values) {
  const words = CATALOGUE[LANGUAGE][code] ?? CATALOGUE.en[code] ?? code;
  return words.replace(/\{(\w+)\}/g, (all, name) => values?.[name] ?? all);
}

/** True when the catalogue has words for the code. */
function hasWords(code) {
  return code in CATALOGUE.en;
}

const NUMBER = new Intl.NumberFormat(LANGUAGE, {minimumFractionDigits: 1, maximumFractionDigits: 1});
const SHORT = new Intl.NumberFormat(LANGUAGE, {maximumFractionDigits: 1});

/** mA as ampere with one digit: "15.8 A". */
function amps(ma) {
  return ma === null || ma === undefined ? "–" : NUMBER.format(ma / 1000).replace("-", "−") + " A";
}

/** A limit in mA without needless digits: "35 A". */
function limitAmps(ma) {
  return SHORT.format(ma / 1000) + " A";
}

/** Limits of three phases: one number when they are the same. */
function limitText(values) {
  return values.every((ma) => ma === values[0])
    ? limitAmps(values[0])
    : values.map((ma) => SHORT.format(ma / 1000)).join(" / ") + " A";
}

/** A time in ms: "0.4 s", "12 s", "3 min", "5 h", "12 d". */
function duration(ms) {
  const s = ms / 1000;
  if (s < 10) return NUMBER.format(s) + " s";
  if (s < 120) return Math.round(s) + " s";
  if (s < 7200) return Math.round(s / 60) + " min";
  if (s < 172800) return Math.round(s / 3600) + " h";
  return Math.round(s / 86400) + " d";
}
