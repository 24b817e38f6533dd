"use strict";
// The first visit, where the administrator's password is set, and the login.
//
// The session is a cookie that scripts cannot see. Who asks is answered by api/hello.

// With it a refusal does not make the browser open a window of its own.
const OURS = {"X-Requested-With": "fusekeeper"};
const SHORTEST = 8;

let hello = null;
let entered = () => {};

/** Ask who we are, and show the form if that is nobody. */
async function greet() {
  try {
    const answer = await fetch("api/hello", {cache: "no-store", headers: OURS});
    if (!answer.ok) return;
    hello = await answer.json();
  } catch {
    return; // the page says by itself that nothing answers
  }
  const locked = isLocked();
  document.body.classList.toggle("locked", locked);
  const form = document.getElementById("login");
  if (!locked && !hello.first_visit) form.replaceChildren();
  else if (form.dataset.kind !== kindOf(hello) || !form.firstChild) drawLogin(form);
  const leave = document.getElementById("leave");
  leave.hidden = !hello.user;
  put(leave, say("login.leave", {user: hello.user}));
  if (locked) put(document.getElementById("site"), hello.name);
}

/** Whether nothing can be read without a login. */
const isLocked = () => hello?.role === "nobody";
const kindOf = ({first_visit}) => (first_visit ? "first" : "enter");

function drawLogin(form) {
  const isFirst = hello.first_visit;
  form.replaceChildren();
  form.dataset.kind = kindOf(hello);
  make("h2", "", form).textContent = say(isFirst ? "login.first" : "login.title");
  if (isFirst) make("p", "facts", form).textContent = say("login.why");
  const user = field(form, "user", "text", "username");
  if (isFirst) {
    user.value = "admin";
    user.readOnly = true; // it helps the browser to keep the password
  }
  field(form, "password", "password", isFirst ? "new-password" : "current-password");
  if (isFirst) field(form, "again", "password", "new-password");
  make("p", "wrong", form).setAttribute("role", "alert");
  make("button", "", form).textContent = say(isFirst ? "login.set" : "login.enter");
  make("p", "facts", form).textContent = say("login.serial", {serial: hello.serial});
  if (!isFirst) user.focus();
}

function field(form, name, type, complete) {
  const label = make("label", "", form);
  make("span", "", label).textContent = say("login." + name);
  const input = make("input", "", label);
  input.name = name;
  input.type = type;
  input.autocomplete = complete;
  input.autocapitalize = "none";
  input.required = true;
  return input;
}

async function enter(event) {
  event.preventDefault();
  const form = event.target;
  const {user, password, again} = form.elements;
  const wrong = form.querySelector(".wrong");
  put(wrong, "");
  if (again && [...password.value].length < SHORTEST) return put(wrong, say("login.short"));
  if (again && again.value !== password.value) return put(wrong, say("login.differ"));
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = again
      ? await tell("api/setup", {password: password.value})
      : await tell("api/login", {user: user.value, password: password.value});
    if (answer.ok) {
      await greet();
      entered();
    } else if (answer.status === 429) {
      put(wrong, say("login.wait", {age: duration(Number(answer.headers.get("Retry-After")) * 1000)}));
    } else if (answer.status === 401) {
      put(wrong, say("login.wrong"));
    } else {
      put(wrong, say("login.failed", {error: await answer.text()}));
    }
  } catch {
    put(wrong, say("stale.what"));
  }
  button.disabled = false;
}

/** Write something as whoever is logged in. */
function tell(path, value) {
  return fetch(path, {method: "POST", headers: OURS, body: JSON.stringify(value)});
}

async function leave() {
  await tell("api/logout", {}).catch(() => null);
  location.reload(); // nothing of what was shown stays
}

/** Begin; `then` is called whenever somebody has logged in. */
function startLogin(then) {
  entered = then;
  document.getElementById("login").addEventListener("submit", enter);
  document.getElementById("leave").addEventListener("click", leave);
  greet();
}
