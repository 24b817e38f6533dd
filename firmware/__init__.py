"""The application: what is built out of the libraries in lib/ for one board."""
