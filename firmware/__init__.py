"""The application: what is built out of the libraries in lib/ for one board."""

wrong_file = False  # what settings.json holds is not in force; kept by firmware.settings
breathe = None  # to be called amid long work that cannot wait, see firmware.app
