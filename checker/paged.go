package checker

// paged is a growing list whose entries never move: growing copies nothing and
// leaves no garbage, so it takes no more memory than it shows.
type paged[T any] struct {
	pages [][]T
	size  int
}

const pagedBits = 10

func (p *paged[T]) at(i int32) *T { return &p.pages[i>>pagedBits][i&(1<<pagedBits-1)] }

func (p *paged[T]) add(v T) int32 {
	if p.size>>pagedBits == len(p.pages) {
		p.pages = append(p.pages, make([]T, 1<<pagedBits))
	}
	i := number(p.size)
	p.size++
	*p.at(i) = v
	return i
}
