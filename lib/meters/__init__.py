"""Energy meters: register_map (data of a model), meter (one device on a bus), maps/*.json."""
