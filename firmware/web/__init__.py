"""HTTP: the bounded stream in front of microdot, the API and the page."""
