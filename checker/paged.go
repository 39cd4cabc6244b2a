package checker

// paged is a growing list whose entries never move: growing copies nothing and
// leaves no garbage, so it takes no more memory than it shows.
type paged[T any] struct {
	pages [][]T
	size  int
}

const pagedBits = 10

func (p *paged[T]) at(i int32) *T { return &p.pages[i>>pagedBits][i&(1<<pagedBits-1)] }

// from copies the entries from i on.
func (p *paged[T]) from(i int) []T {
	list := make([]T, 0, p.size-i)
	for ; i < p.size; i++ {
		list = append(list, *p.at(int32(i)))
	}
	return list
}

// cut leaves the first n entries, and keeps the room of the others.
func (p *paged[T]) cut(n int) { p.size = n }

func (p *paged[T]) add(v T) int32 {
	if p.size>>pagedBits == len(p.pages) {
		p.pages = append(p.pages, make([]T, 1<<pagedBits))
	}
	i := number(p.size)
	p.size++
	*p.at(i) = v
	return i
}
