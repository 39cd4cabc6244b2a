package picture

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

// Variables are the names of what can be observed of a state: the fields of an
// endpoint as trace files name them, the network's, and what conditions can read.
func Variables() []string {
	var s spec.State
	names := slices.Collect(maps.Keys(observables(&s)))
	for _, v := range user.Variables() {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// observables are the variables of s by name, which follow s as it changes.
func observables(s *spec.State) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	add := func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Bool, reflect.Uint8:
				all[prefix+tracefile.Key(v.Type().Field(i).Name)] = f
			}
		}
	}
	add("", reflect.ValueOf(s).Elem())
	for h := range s.Host {
		add(spec.Host(h).String()+".", reflect.ValueOf(&s.Host[h]).Elem())
	}
	return all
}

// observed is a variable, or an expression, with the texts of its codes.
type observed struct {
	name string
	code func() uint32
	text func(code uint32) string
}

// Unknown is an error about a variable that does not exist.
type Unknown struct{ Name string }

func (e Unknown) Error() string { return fmt.Sprintf("no variable is called %q", e.Name) }

// bare is a name, and no expression.
var bare = regexp.MustCompile(`^[\w.]*$`)

// observe finds what follows s under a name, or compiles an expression.
func observe(s *spec.State, text string) (observed, error) {
	name := strings.TrimSpace(text)
	if v, ok := observables(s)[name]; ok {
		return field(name, v), nil
	}
	if bare.MatchString(name) && !slices.Contains(Variables(), name) {
		return observed{}, Unknown{name}
	}
	e, err := user.CompileExpression(name)
	if err != nil {
		return observed{}, err
	}
	return observed{
		name: name,
		code: func() uint32 { return uint32(int32(e.Value(s))) },
		text: func(code uint32) string { return name + ": " + e.Word(int(int32(code))) },
	}, nil
}

// field is a variable that is a field of a state.
func field(name string, value reflect.Value) observed {
	host, _, _ := strings.Cut(name, ".")
	return observed{
		name: name,
		code: func() uint32 {
			if value.Kind() != reflect.Bool {
				return uint32(value.Uint())
			}
			if value.Bool() {
				return 1
			}
			return 0
		},
		text: func(code uint32) string {
			v := reflect.New(value.Type()).Elem()
			if v.Kind() == reflect.Bool {
				v.SetBool(code == 1)
			} else {
				v.SetUint(uint64(code))
			}
			if v.Type() == reflect.TypeFor[spec.ConnState]() {
				return fmt.Sprint(host, " ", v.Interface())
			}
			return fmt.Sprint(name, ": ", v.Interface())
		},
	}
}
