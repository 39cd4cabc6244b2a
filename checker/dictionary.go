package checker

import (
	"slices"
	"sync"
	"sync/atomic"
)

// dictionary numbers distinct tuples of words. Looking one up takes no lock: a
// tuple is written before the slot that leads to it is, and never again.
type dictionary struct {
	width int
	view  atomic.Pointer[dictionaryView]
	mu    sync.Mutex // of those who add
	count uint32
}

// dictionaryView is what a reader looks into. A page that is added, or a larger
// table, makes a new view; slots are shared by the views of one table.
type dictionaryView struct {
	slots []uint32 // number + 1; 0 is an empty slot
	pages [][]uint64
}

// A page holds dictionaryPage tuples, each behind its hash.
const dictionaryPage = 256

func newDictionary(width int) *dictionary {
	d := &dictionary{width: width}
	d.view.Store(&dictionaryView{slots: make([]uint32, 64)})
	return d
}

// entry is the hash of a tuple with the tuple behind it.
func (d *dictionary) entry(n uint32) []uint64 {
	i := int(n%dictionaryPage) * (d.width + 1)
	pages := d.view.Load().pages
	return pages[n/dictionaryPage][i : i+d.width+1 : i+d.width+1]
}

// tuples are those that there are at a time.
type tuples struct {
	width int
	pages [][]uint64
}

func (d *dictionary) all() tuples { return tuples{d.width, d.view.Load().pages} }

func (t *tuples) at(n uint32) []uint64 {
	i := int(n%dictionaryPage)*(t.width+1) + 1
	return t.pages[n/dictionaryPage][i : i+t.width]
}

// at is the tuple of a number, not to be written to.
func (d *dictionary) at(n uint32) []uint64 { return d.entry(n)[1:] }
func (d *dictionary) hash(n uint32) uint64 { return d.entry(n)[0] }

// number gives the number of a tuple with this hash, a new one if it is new.
func (d *dictionary) number(hash uint64, words []uint64) uint32 {
	if n, ok := d.find(d.view.Load(), hash, words); ok {
		return n
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.view.Load()
	if n, ok := d.find(v, hash, words); ok { // somebody else was quicker
		return n
	}
	n := d.count
	if n%dictionaryPage == 0 {
		v = &dictionaryView{v.slots, append(slices.Clip(v.pages), make([]uint64, dictionaryPage*(d.width+1)))}
	}
	if 2*int(n+1) > len(v.slots) {
		v = d.index(2*len(v.slots), v.pages)
	}
	d.count++
	d.view.Store(v)
	e := d.entry(n)
	e[0] = hash
	copy(e[1:], words)
	i := uint32(hash)
	for mask := uint32(len(v.slots) - 1); ; i++ {
		if v.slots[i&mask] == 0 {
			atomic.StoreUint32(&v.slots[i&mask], n+1)
			return n
		}
	}
}

func (d *dictionary) find(v *dictionaryView, hash uint64, words []uint64) (uint32, bool) {
	mask := uint32(len(v.slots) - 1)
	for i := uint32(hash); ; i++ {
		slot := atomic.LoadUint32(&v.slots[i&mask])
		if slot == 0 {
			return 0, false
		}
		if e := d.entry(slot - 1); e[0] == hash && slices.Equal(e[1:], words) {
			return slot - 1, true
		}
	}
}

// index is a view with a new table of all tuples.
func (d *dictionary) index(size int, pages [][]uint64) *dictionaryView {
	slots := make([]uint32, size)
	mask := uint32(size - 1)
	for n := range d.count {
		i := uint32(pages[n/dictionaryPage][int(n%dictionaryPage)*(d.width+1)])
		for slots[i&mask] != 0 {
			i++
		}
		slots[i&mask] = n + 1
	}
	return &dictionaryView{slots, pages}
}
