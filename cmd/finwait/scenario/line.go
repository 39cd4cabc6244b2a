package scenario

// Line is the line of the scenario file that a verdict about a property is about,
// counted from 1: where its expectation stands, else where it is chosen, else where the
// file begins.
func (i Instance) Line(property string) int {
	line := i.Scenario.root.line
	for _, r := range i.references {
		if r.place != nil && r.place.src == i.Scenario.src && r.matches(property) { // not --set
			line = r.place.line
		}
	}
	for _, r := range i.expected { // a profile's come behind the file's, and count
		if r.text == property {
			line = r.place.line
		}
	}
	return max(line, 1)
}
