package checker

// arena hands out runs of words, named by where they begin. They stay where they
// are until they are given back.
type arena[W uint32 | uint64] struct {
	pages [][]W
	used  int              // of the last page
	free  map[int][]uint32 // what was given back, by size
}

const arenaBits = 11 // of the words of a page: a small search has one in each shard

func (a *arena[W]) alloc(n int) uint32 {
	if free := a.free[n]; len(free) > 0 {
		a.free[n] = free[:len(free)-1]
		return free[len(free)-1]
	}
	if len(a.pages) == 0 || a.used+n > 1<<arenaBits {
		// A run larger than a page gets as many as it needs, in one piece.
		count := max(1, (n+1<<arenaBits-1)>>arenaBits)
		whole := make([]W, count<<arenaBits)
		for i := range count {
			a.pages = append(a.pages, whole[i<<arenaBits:])
		}
		a.used = 0
		if count > 1 {
			a.used = 1 << arenaBits
			return uint32(len(a.pages)-count) << arenaBits
		}
	}
	ref := uint32(len(a.pages)-1)<<arenaBits + uint32(a.used)
	a.used += n
	return ref
}

func (a *arena[W]) at(ref uint32) []W {
	return a.pages[ref>>arenaBits][ref&(1<<arenaBits-1):]
}

func (a *arena[W]) release(ref uint32, n int) {
	if a.free == nil {
		a.free = map[int][]uint32{}
	}
	a.free[n] = append(a.free[n], ref)
}
