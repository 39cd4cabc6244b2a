package checker

import "slices"

// successor makes a class out of what happens in another one: the event is the
// new now, what stays pending keeps its rows and columns, and what begins now is
// bound to now alone, so its cells are sums.
type successor struct {
	width int
	// By column; those behind now are listed twice, so that one can go on from the
	// last to the first.
	from  []int   // the column that each was; but for the first, 0 for one that begins now
	ahead []int64 // x(a) - now at most
	since []int64 // now - x(a) at most
	begun []int   // the columns that begin now
	codes []uint32
}

// prepare reads what happens to the columns. keep says which event each of
// the next events was, its number + 1, or 0 for a fresh one.
func (s *successor) prepare(h *happening, keep string, fresh []Event, c clock, started bool) {
	s.resize(width(len(keep), c != noClock))
	m, f := h.of, h.event
	w, n := m.width, s.width-1
	s.from[0], s.ahead[0], s.since[0], s.begun = f, 0, 0, s.begun[:0]
	from, ahead, since := s.from[1:1+n], s.ahead[1:1+n], s.since[1:1+n]
	for i := range len(keep) {
		if k := int(keep[i]); k > 0 {
			from[i], ahead[i], since[i] = k, m.cell[k*w+f], m.least[k]
		} else {
			from[i], ahead[i], since[i] = 0, fresh[0].Latest, -fresh[0].Earliest
			s.begun, fresh = append(s.begun, i+1), fresh[1:]
		}
	}
	if i := len(keep); c != noClock && !started {
		from[i], ahead[i], since[i] = w-1, m.cell[(w-1)*w+f], m.least[w-1]
	} else if c != noClock {
		from[i], ahead[i], since[i] = 0, Forever, 0
		if c == shortest {
			ahead[i], since[i] = 0, Forever
		}
		s.begun = append(s.begun, i+1)
	}
	copy(s.from[1+n:], from)
	copy(s.since[1+n:], since)
}

func (s *successor) resize(width int) {
	s.width = width
	if cap(s.ahead) < width {
		s.from, s.ahead, s.since = make([]int, 4*width), make([]int64, 2*width), make([]int64, 4*width)
		s.codes = make([]uint32, cells(2*width))
	}
	s.from, s.ahead, s.since = s.from[:2*width-1], s.ahead[:width], s.since[:2*width-1]
	s.codes = s.codes[:cells(width)]
}

// cell is a bound of the next class.
func (s *successor) cell(h *happening, a, b int) int64 {
	if i, j := s.from[a], s.from[b]; (i > 0 || a == 0) && (j > 0 || b == 0) {
		return h.bound(i, j)
	}
	return plus(s.ahead[a], s.since[b])
}

// pack appends the codes of the next class, lane by lane: first the bounds to now
// and from now, which tell classes apart soonest, then the others by rows, each from
// behind the diagonal on and round to before it. It tells whether the table knew all
// of them.
func (s *successor) pack(h *happening, t *valueTable, words []uint64) ([]uint64, bool) {
	m := h.of
	w, f, n := m.width, h.event, s.width-1
	known := true
	code := func(v int64) uint32 {
		c := t.code(v)
		known = known && c != 0
		return c
	}
	out := s.codes
	for b := 1; b <= n; b++ {
		if j := s.from[b]; j > 0 {
			out[0], out[1] = m.leastCode[j], m.code[j*w+f]
		} else {
			out[0], out[1] = code(s.since[b]), code(s.ahead[b])
		}
		out = out[2:]
	}
	for a := 1; a <= n; a++ {
		row := out[:n-1]
		out = out[n-1:]
		i, ahead := s.from[a], s.ahead[a]
		if i == 0 {
			for k, v := range s.since[a+1 : a+n] {
				row[k] = code(plus(ahead, v))
			}
			continue
		}
		codes := h.code[i*w : (i+1)*w]
		for k, j := range s.from[a+1 : a+n] {
			row[k] = codes[j]
		}
		for _, b := range s.begun {
			if b < a {
				b += n
			}
			row[b-a-1] = code(plus(ahead, s.since[b]))
		}
	}
	if h.unknown {
		known = known && !slices.Contains(s.codes, 0) // perhaps none of those is left
	}
	return t.pack(s.codes, words), known
}

// list appends the bounds themselves in the same order.
func (s *successor) list(h *happening, values []int64) []int64 {
	n := s.width - 1
	for b := 1; b <= n; b++ {
		values = append(values, s.cell(h, 0, b), s.cell(h, b, 0))
	}
	for a := 1; a <= n; a++ {
		for k := range n - 1 {
			values = append(values, s.cell(h, a, (a+k)%n+1))
		}
	}
	return values
}

// stay is the longest time that the clock can show before anything happens: no
// event, if it must happen, can be later than its row says.
func (s *successor) stay(h *happening, events int) int64 {
	most := Forever
	for k := 1; k <= events; k++ {
		most = min(most, s.cell(h, k, s.width-1))
	}
	return most
}
