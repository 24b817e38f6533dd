"""DNS messages, as the domain name system and multicast DNS have them."""
