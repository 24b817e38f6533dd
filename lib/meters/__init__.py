"""Energy meters: map_file and register_map (data of a model), meter (one device), maps/*.json."""
