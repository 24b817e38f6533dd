"""HTTP: the server, what may be asked, the API, the page. Seldom needed parts load on demand."""
