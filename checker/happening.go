package checker

// happening is the part of a class in which one event is the next to happen, or in
// which a run begins, with event 0.
//
// "f first" adds x(f) <= x(k) for every pending k, and closing over it gives
//
//	x(i) - x(j) <= min(m(i,j), m(i,f) + least(j)),
//
// because every path that uses a new constraint enters it through f once. It is
// O(n²), and canonical, with no closure (Berthomieu and Diaz 1991). The column of f
// stays as it is, for least(f) is 0, and its row becomes least, for m(f,f) is 0.
type happening struct {
	of    *matrix
	event int
	// code has the codes of the bounds between two x that are neither 0 nor f, which is
	// all that is left to find out: nothing later looks at the old now. A bound
	// that the table does not know has the code 0.
	code    []uint32
	unknown bool
}

// tighten makes f (1..n) the next event of a class, of which soonest was asked.
func (h *happening) tighten(m *matrix, f int, t *valueTable) {
	w := m.width
	h.of, h.event, h.unknown = m, f, m.unknown
	h.code = append(h.code[:0], m.code...)
	// Of an event, least is at most 0; the last column may be that of a clock.
	end := w
	if m.least[w-1] == Forever {
		end--
	}
	least := m.least[1:end]
	for i := 1; i < w; i++ {
		viaF := m.cell[i*w+f]
		if viaF == Forever || i == f {
			continue
		}
		row, code := m.cell[i*w+1:i*w+end], h.code[i*w+1:i*w+end]
		for j, l := range least[:len(row)] {
			if v := viaF + l; v < row[j] {
				c := t.code(v)
				code[j] = c
				h.unknown = h.unknown || c == 0
			}
		}
	}
}

// bound is one on x(i) - x(j).
func (h *happening) bound(i, j int) int64 {
	m := h.of
	return min(m.cell[i*m.width+j], plus(m.cell[i*m.width+h.event], m.least[j]))
}
