package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/finwait/finwait/cmd/finwait/scenario"
)

// Cache keeps judged cells in files of a directory. Files that cannot be read, or hold
// something else, count as absent.
type Cache struct{ Dir string }

// BinaryHash names the program that runs.
func BinaryHash() (string, error) {
	name, err := os.Executable()
	if err != nil { // no /proc, as in a bare root directory
		if name, err = exec.LookPath(os.Args[0]); err != nil {
			return "", err
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// key names what a cell's answer depends on: the program, every parameter of the
// scenario with what is expected of it, the properties, and how it is searched.
func (s *sweeper) key(i scenario.Instance, names []string) string {
	stays, fins := needs(s.columns)
	text, err := json.Marshal([]any{
		s.opt.Binary, string(i.YAML()), i.Overridden, names, s.plan.Time, s.plan.MaxStates, s.plan.MaxDepth, s.plan.AnyStates, s.plan.Fingerprints, stays, fins,
	})
	if err != nil {
		panic(fmt.Sprintf("sweep: a key that is no JSON: %v", err))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (c *Cache) file(key string) string { return filepath.Join(c.Dir, key[:2], key+".json") }

// load fills in a cell but for its place in the sweep.
func (c *Cache) load(key string, cell *Cell) bool {
	if c == nil {
		return false
	}
	text, err := os.ReadFile(c.file(key))
	if err != nil {
		return false
	}
	var found Cell
	if json.Unmarshal(text, &found) != nil || found.Outcomes == nil {
		return false
	}
	found.Index, found.Values = cell.Index, cell.Values
	*cell = found
	return true
}

// save writes a cell in one go: a reader, or a run after a kill, finds all of it or
// nothing.
func (c *Cache) save(key string, cell Cell) error {
	if c == nil {
		return nil
	}
	text, err := json.Marshal(cell)
	if err != nil {
		return err
	}
	name := c.file(key)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "part-")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error is told, the remains are not of use
	}
	return err
}
