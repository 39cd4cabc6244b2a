package checker

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// A checkpoint is a line that names it and its version, a heading and a summary as
// JSON, the numbers of the search that was under way, and a checksum of all before
// it. Numbers are little-endian. It is written anew each time beside the old one
// and takes its place at once, so at any moment there is a whole one.
const (
	checkpointMagic   = "finwait checkpoint "
	checkpointVersion = "4"
	sumBytes          = 8
)

var sumTable = crc64.MakeTable(crc64.ECMA)

// CheckpointError tells why a checkpoint cannot be used, or not be written.
type CheckpointError struct {
	File, Problem string
}

func (e *CheckpointError) Error() string { return "checkpoint " + e.File + " " + e.Problem }

// output writes what a checkpoint consists of. Its first error is that of close.
type output struct{ *bufio.Writer }

func (w output) word(x uint64) {
	_, _ = w.Write(binary.LittleEndian.AppendUint64(w.AvailableBuffer(), x)) // Flush tells
}

func (w output) half(x uint32) {
	_, _ = w.Write(binary.LittleEndian.AppendUint32(w.AvailableBuffer(), x))
}

func (w output) words(all []uint64) {
	for _, x := range all {
		w.word(x)
	}
}

func (w output) json(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.word(uint64(len(text)))
	_, err = w.Write(text)
	return err
}

// writeCheckpoint puts a checkpoint into the place of the one that is there.
func writeCheckpoint(name string, content func(output) error) error {
	err := replaceFile(name, func(f io.Writer) error {
		sum := crc64.New(sumTable)
		w := output{bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<16)}
		_, _ = w.WriteString(checkpointMagic + checkpointVersion + "\n")
		if err := content(w); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		_, err := f.Write(binary.LittleEndian.AppendUint64(nil, sum.Sum64()))
		return err
	})
	if err != nil {
		return &CheckpointError{name, "cannot be written: " + err.Error()}
	}
	return nil
}

// replaceFile writes a file that is either the old one or the new one, whatever
// happens meanwhile.
func replaceFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(name + ".tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error is told
		}
	}()
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// input reads a checkpoint whose checksum is right. After its first error, all that
// it gives is zero.
type input struct {
	r    *bufio.Reader
	left int64
	err  error
	one  [8]byte // scratch
}

var errShort = errors.New("ends early")

func (r *input) bytes(buf []byte) []byte {
	if r.err == nil {
		r.left -= int64(len(buf))
		_, r.err = io.ReadFull(r.r, buf)
	}
	if r.err != nil {
		clear(buf)
	}
	return buf
}

func (r *input) word() uint64 { return binary.LittleEndian.Uint64(r.bytes(r.one[:])) }
func (r *input) half() uint32 { return binary.LittleEndian.Uint32(r.bytes(r.one[:4])) }

// room refuses a count of things that are not there.
func (r *input) room(count, bytes uint64) int {
	if count > uint64(r.left)/max(bytes, 1) {
		r.err = errors.Join(r.err, errShort)
		return 0
	}
	return int(count)
}

// words fills all.
func (r *input) words(all []uint64) {
	var buf [1 << 12]byte
	for len(all) > 0 {
		n := min(len(all), len(buf)/8)
		r.bytes(buf[:8*n])
		for i := range all[:n] {
			all[i] = binary.LittleEndian.Uint64(buf[8*i:])
		}
		all = all[n:]
	}
}

func (r *input) halves(all []id) {
	var buf [1 << 12]byte
	for len(all) > 0 {
		n := min(len(all), len(buf)/4)
		r.bytes(buf[:4*n])
		for i := range all[:n] {
			all[i] = id(binary.LittleEndian.Uint32(buf[4*i:]))
		}
		all = all[n:]
	}
}

func (r *input) json(v any) {
	text := r.bytes(make([]byte, r.room(r.word(), 1)))
	if r.err == nil {
		r.err = json.Unmarshal(text, v)
	}
}

// openCheckpoint finds a checkpoint whole and of this version, and stands behind
// its first line.
func openCheckpoint(name string) (f *os.File, r *input, err error) {
	if f, err = os.Open(name); err != nil {
		return nil, nil, &CheckpointError{name, "cannot be read: " + err.Error()}
	}
	size, problem := verify(f)
	if problem != "" {
		_ = f.Close() // it was read only
		return nil, nil, &CheckpointError{name, problem}
	}
	first := int64(len(checkpointMagic + checkpointVersion + "\n"))
	size -= first + sumBytes
	return f, &input{r: bufio.NewReaderSize(io.NewSectionReader(f, first, size), 1<<16), left: size}, nil
}

func verify(f *os.File) (size int64, problem string) {
	const damaged = "is damaged or cut off: its checksum is wrong"
	line := make([]byte, len(checkpointMagic)+16)
	n, err := io.ReadFull(f, line)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return 0, "cannot be read: " + err.Error()
	}
	text, isOne := strings.CutPrefix(string(line[:n]), checkpointMagic)
	if !isOne {
		return 0, "is no checkpoint of finwait"
	}
	if version, _, _ := bytes.Cut([]byte(text), []byte("\n")); string(version) != checkpointVersion {
		return 0, fmt.Sprintf("is of version %q, and this finwait reads version %s", version, checkpointVersion)
	}
	if size, err = f.Seek(0, io.SeekEnd); err != nil {
		return 0, "cannot be read: " + err.Error()
	}
	sum, last := crc64.New(sumTable), make([]byte, sumBytes)
	if _, err = f.Seek(0, io.SeekStart); err == nil {
		_, err = io.CopyN(sum, f, size-sumBytes)
	}
	if err == nil {
		_, err = io.ReadFull(f, last)
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), err == nil && sum.Sum64() != binary.LittleEndian.Uint64(last):
		return 0, damaged
	case err != nil:
		return 0, "cannot be read: " + err.Error()
	}
	return size, ""
}

// thisBinary is the hash of the program that is running, which its file may not be
// any longer.
var thisBinary = sync.OnceValues(func() (string, error) {
	f, err := os.Open("/proc/self/exe")
	if err != nil { // not on Linux
		name, err := os.Executable()
		if err != nil {
			return "", err
		}
		if f, err = os.Open(name); err != nil {
			return "", err
		}
	}
	defer func() { _ = f.Close() }() // it was read only
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
})
