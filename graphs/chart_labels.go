package graphs

import "slices"

// rect is the place of a text.
type rect struct{ centre, half point }

func (r rect) overlaps(o rect) bool {
	return abs(r.centre.x-o.centre.x) < r.half.x+o.half.x && abs(r.centre.y-o.centre.y) < r.half.y+o.half.y
}

// hides is how much of a line a rectangle hides, in hundredths of its length; a
// line's head counts several times.
func (r rect) hides(s segment) int {
	sum := 0
	for n := range 101 {
		p := s.at(n)
		if abs(p.x-r.centre.x) < r.half.x && abs(p.y-r.centre.y) < r.half.y {
			sum++
			if n > 90 {
				sum += 5
			}
		}
	}
	return sum
}

func abs(n int) int { return max(n, -n) }

// fixed are the places between the life lines that are taken before any arrow has
// its text: by events, and by what is written at the ends of stubs.
func (l *chartLayout) fixed() []rect {
	middle := (l.life[Left] + l.life[Right]) / 2
	const beyond = 1000 // above the first row and below the last one
	taken := []rect{
		{point{middle, headGap - 15 + beyond}, point{middle, beyond}},
		{point{middle, l.y[len(l.Rows)] - beyond}, point{middle, beyond}},
	}
	for i := range l.Rows {
		if n := l.between(i); n > 0 {
			at := point{middle, l.y[i]}
			taken = append(taken, rect{at, point{betweenFont.width(l.lines[i]) / 2, betweenFont.height(n) / 2}})
		}
	}
	for i, a := range l.Arrows {
		if a.arrives() {
			continue
		}
		text := inFlightText
		if a.Lost {
			text = lostText
		}
		w := labelFont.width([]string{text})
		at := l.way(i).to
		at.x -= outward(a.From) * (5 + w/2)
		taken = append(taken, rect{at, point{w/2 + 14, 9}})
	}
	return taken
}

// labels finds a place for the text of every arrow: over its line when the line is
// flat enough, else on it, not on another text, and away from other lines where
// there is such a place. It tells whether no text is on another one.
func (l *chartLayout) labels() bool {
	taken, free := l.fixed(), true
	l.places = nil
	for i, a := range l.Arrows {
		if a.text() == "" {
			l.places = append(l.places, point{})
			continue
		}
		best, lowest := rect{}, -1
		for rank, r := range l.candidates(i, labelFont.width([]string{a.text()})) {
			cost := rank
			for _, o := range taken {
				if r.overlaps(o) {
					cost += onText
				}
			}
			for j := range l.Arrows {
				if j != i {
					cost += 2 * r.hides(l.way(j))
				}
			}
			if lowest < 0 || cost < lowest {
				best, lowest = r, cost
			}
		}
		free = free && !slices.ContainsFunc(taken, best.overlaps)
		l.places = append(l.places, best.centre)
		best.half.y += 3 // so that nobody takes two texts for one
		taken = append(taken, best)
	}
	return free
}

// onText is what a place costs that another text has, far more than any line.
const onText = 1_000_000

// along are the places on a line that a text is tried at, in hundredths, best
// first: the middle, then nearer to the sender, where arrows that cross are
// still apart.
var along = []int{50, 40, 60, 30, 70, 22, 78, 15, 85}

// candidates are the places for a text of a width at arrow i, best first.
func (l *chartLayout) candidates(i, width int) []rect {
	way := l.way(i)
	half := point{width/2 + labelMargin/2, labelFont.height(1) / 2}
	length := max(1, abs(way.to.x-way.from.x))
	// How far the text has to be above the line not to touch it.
	rise := half.y + 3 + half.x*abs(way.to.y-way.from.y)/length
	var on, over, under, away []rect
	for _, n := range along {
		p := way.at(n)
		low, high := l.life[Left]+labelMargin+half.x, l.life[Right]-labelMargin-half.x
		if low <= high {
			p.x = min(max(p.x, low), high)
		}
		on = append(on, rect{p, half})
		over = append(over, rect{point{p.x, p.y + rise}, half})
		under = append(under, rect{point{p.x, p.y - rise}, half})
		for _, far := range []int{2 * half.y, -2 * half.y, 4 * half.y, -4 * half.y} {
			away = append(away, rect{point{p.x, p.y + far}, half})
		}
	}
	if rise > 3*half.y+22 {
		return slices.Concat(on, away)
	}
	return slices.Concat(over, on, under, away)
}
