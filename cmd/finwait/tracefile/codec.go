package tracefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/finwait/finwait/spec"
)

// State is a spec.State that reads and writes itself as JSON: one key for each
// field that is not zero, named after the field, with the names of the RFC and
// of the kernel for states, timers, errors and segments. A value without a name
// is written as its number, so that every state survives the way to a file and
// back. Arrays of two are keyed by host, counts of segments by kind.
type State spec.State

// MarshalJSON implements [json.Marshaler].
func (s State) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encodeStruct(&b, reflect.ValueOf(spec.State(s)))
	return b.Bytes(), nil
}

// UnmarshalJSON implements [json.Unmarshaler]. Unknown keys and names are errors.
func (s *State) UnmarshalJSON(data []byte) error {
	var state spec.State
	if err := decode(data, reflect.ValueOf(&state).Elem(), "state"); err != nil {
		return err
	}
	*s = State(state)
	return nil
}

// names are the names of enumerations, by type. Zero values are not written and
// need none.
var names = map[reflect.Type]map[string]uint64{
	reflect.TypeFor[spec.ConnState](): connStates(),
	reflect.TypeFor[spec.Errno](): {"ECONNRESET": uint64(spec.ECONNRESET), "EPIPE": uint64(spec.EPIPE), "ETIMEDOUT": uint64(spec.ETIMEDOUT), "ECONNABORTED": uint64(spec.ECONNABORTED), "EHOSTUNREACH": uint64(spec.EHOSTUNREACH),
		"EADDRNOTAVAIL": uint64(spec.EADDRNOTAVAIL), "ECONNREFUSED": uint64(spec.ECONNREFUSED)},
	reflect.TypeFor[spec.RexmtTimer](): {
		"RTO": uint64(spec.RTO), "tail-loss-probe": uint64(spec.LossProbe), "zero-window-probe": uint64(spec.Persist),
	},
	reflect.TypeFor[spec.StateTimer](): {
		"fin-wait-2-keepalive": uint64(spec.FinWait2Keepalive), "fin-wait-2": uint64(spec.FinWait2Timer), "time-wait": uint64(spec.TimeWaitTimer),
	},
	reflect.TypeFor[spec.Limit](): {"pending": uint64(spec.LimitPending), "reached": uint64(spec.LimitReached)},
	reflect.TypeFor[spec.Ending](): {
		"normal": uint64(spec.EndedNormally), "no-time-wait": uint64(spec.EndedNoBucket), "fin-wait-2-timeout": uint64(spec.EndedFinWait2),
		"gave-up": uint64(spec.EndedGaveUp), "keepalive": uint64(spec.EndedKeepalive), "reset": uint64(spec.EndedReset),
		"abort": uint64(spec.EndedAbort), "late-data": uint64(spec.EndedLateData), "crash": uint64(spec.EndedCrash),
		"next-connection": uint64(spec.EndedByNext), "reset-in-time-wait": uint64(spec.EndedInTimeWait),
	},
}

func connStates() map[string]uint64 {
	m := map[string]uint64{}
	for _, s := range spec.ConnStates() {
		m[s.String()] = uint64(s)
	}
	return m
}

var (
	segmentType   = reflect.TypeFor[spec.Segment]()
	segmentCounts = reflect.TypeOf(spec.State{}.Sent[0])
)

// Key is the JSON key of a field: SndUna is snd_una, SawEOF is saw_eof.
func Key(field string) string {
	if field == "Net" {
		return "network"
	}
	r := []rune(field)
	var b strings.Builder
	for i, c := range r {
		afterLower := i > 0 && !unicode.IsUpper(r[i-1])
		beforeLower := i > 0 && i+1 < len(r) && unicode.IsLower(r[i+1])
		if unicode.IsUpper(c) && (afterLower || beforeLower) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// keys are the keys of the elements of an array that is written as an object;
// nil for arrays that are written as lists.
func keys(t reflect.Type) []string {
	switch {
	case t == segmentCounts:
		ks := make([]string, t.Len())
		for i := range ks {
			ks[i] = spec.SegmentKind(i).String()
		}
		return ks
	case t.Len() == 2:
		return []string{spec.Client.String(), spec.Server.String()}
	}
	return nil
}

// member is one key of an object and the value that it stands for.
type member struct {
	key   string
	value reflect.Value
}

// members lists the keys of a struct, the array of hosts spread among them.
func members(v reflect.Value) []member {
	var ms []member
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		if name == "Host" && f.Kind() == reflect.Array {
			ms = append(ms, elements(f)...)
			continue
		}
		ms = append(ms, member{Key(name), f})
	}
	return ms
}

func elements(v reflect.Value) []member {
	var ms []member
	for i, k := range keys(v.Type()) {
		ms = append(ms, member{k, v.Index(i)})
	}
	return ms
}

func encodeStruct(b *bytes.Buffer, v reflect.Value) { encodeMembers(b, members(v)) }

func encodeMembers(b *bytes.Buffer, ms []member) {
	b.WriteByte('{')
	first := true
	for _, m := range ms {
		if m.value.IsZero() {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(strconv.Quote(m.key) + ":")
		encode(b, m.value)
	}
	b.WriteByte('}')
}

func encode(b *bytes.Buffer, v reflect.Value) {
	if byName := names[v.Type()]; byName != nil {
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			if byName[name] == v.Uint() {
				b.WriteString(strconv.Quote(name))
				return
			}
		}
	}
	switch {
	case v.Type() == segmentType:
		b.WriteString(strconv.Quote(segmentText(v.Interface().(spec.Segment))))
	case v.Kind() == reflect.Struct:
		encodeStruct(b, v)
	case v.Kind() == reflect.Array && keys(v.Type()) != nil:
		encodeMembers(b, elements(v))
	case v.Kind() == reflect.Array:
		encodeList(b, v)
	case v.Kind() == reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case v.CanUint():
		b.WriteString(strconv.FormatUint(v.Uint(), 10))
	case v.CanInt():
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	default:
		panic(fmt.Sprintf("tracefile: a field of spec.State has the type %s, which no rule of the codec covers", v.Type()))
	}
}

// encodeList leaves out the zero elements at the end.
func encodeList(b *bytes.Buffer, v reflect.Value) {
	n := v.Len()
	for n > 0 && v.Index(n-1).IsZero() {
		n--
	}
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		encode(b, v.Index(i))
	}
	b.WriteByte(']')
}

// decode reads data into v, which is zero. path names the place in errors.
func decode(data []byte, v reflect.Value, path string) error {
	if byName := names[v.Type()]; byName != nil && data[0] == '"' {
		var name string
		if err := json.Unmarshal(data, &name); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		value, ok := byName[name]
		if !ok {
			return fmt.Errorf("%s: unknown name %q (one of %s)", path, name, strings.Join(slices.Sorted(maps.Keys(byName)), ", "))
		}
		v.SetUint(value)
		return nil
	}
	switch {
	case v.Type() == segmentType:
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return fmt.Errorf("%s: a segment is a string: %w", path, err)
		}
		g, err := parseSegment(text)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		v.Set(reflect.ValueOf(g))
		return nil
	case v.Kind() == reflect.Struct:
		return decodeMembers(data, members(v), path)
	case v.Kind() == reflect.Array && keys(v.Type()) != nil:
		return decodeMembers(data, elements(v), path)
	case v.Kind() == reflect.Array:
		var items []json.RawMessage
		if err := json.Unmarshal(data, &items); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if len(items) > v.Len() {
			return fmt.Errorf("%s: %d elements, at most %d fit", path, len(items), v.Len())
		}
		for i, item := range items {
			if err := decode(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := json.Unmarshal(data, v.Addr().Interface()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func decodeMembers(data []byte, ms []member, path string) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, m := range ms {
		if raw, ok := object[m.key]; ok {
			if err := decode(raw, m.value, path+"."+m.key); err != nil {
				return err
			}
			delete(object, m.key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		return fmt.Errorf("%s: unknown key %q", path, key)
	}
	return nil
}
