"""Workers' homes, rest stations, mother-and-baby rooms and the map of them."""
