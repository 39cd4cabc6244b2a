package properties

// WithoutGhosts lists the properties of the catalogue of which it is not said what they
// read: they keep searches larger than need be.
func WithoutGhosts() (names []string) {
	for _, p := range Catalogue() {
		if _, known := ghosts[p.Name]; !known {
			names = append(names, p.Name)
		}
	}
	return names
}
