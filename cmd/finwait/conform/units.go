package conform

import (
	"fmt"
	"slices"

	"github.com/finwait/finwait/spec"
)

// units numbers the bytes of one direction as the model does: everything between
// two neighbouring numbers that anybody named, be it as the beginning of a
// segment, its end or in an acknowledgment, is one data unit.
type units struct {
	base  uint32
	known bool
	marks []int32  // offsets from base, sorted
	first spec.Seq // the model's number for base
	text  uint32   // where the text begins, off from base: behind the SYN, where base is that
}

// name makes a sequence number a boundary.
func (u *units) name(seq uint32) {
	if !u.known {
		u.base, u.known = seq, true
	}
	u.marks = append(u.marks, int32(seq-u.base)) // serial number arithmetic, RFC 1982
}

// nameOffset makes the n-th byte of the text a boundary.
func (u *units) nameOffset(n int) { u.name(u.base + u.text + uint32(n)) }

// settle forgets numbers before the first one: those of probes, which carry one
// that was acknowledged long ago.
func (u *units) settle() {
	slices.Sort(u.marks)
	u.marks = slices.Compact(u.marks)
	u.marks = slices.DeleteFunc(u.marks, func(m int32) bool { return m < 0 })
}

// seq is the model's number.
func (u *units) seq(seq uint32) spec.Seq {
	off := int32(seq - u.base)
	if off < 0 {
		return onCircle(u.first, int(off))
	}
	i, _ := slices.BinarySearch(u.marks, off)
	return u.first + spec.Seq(i)
}

// between is the number of units from byte a on to byte b.
func (u *units) between(a, b int) int {
	i, _ := slices.BinarySearch(u.marks, int32(a)+int32(u.text))
	j, _ := slices.BinarySearch(u.marks, int32(b)+int32(u.text))
	return j - i
}

// maxMarks is how many numbers of one direction the model can count.
const maxMarks = 12

func (u *units) validate(who spec.Host) error {
	if len(u.marks) > maxMarks {
		return fmt.Errorf("the %v sends data in %d pieces; at most %d can be judged", who, len(u.marks)-1, maxMarks-1)
	}
	return nil
}
