package picture

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/spec"
)

// Variables are the names of what can be observed of a state: the fields of an
// endpoint as trace files name them, and the network's.
func Variables() []string {
	var s spec.State
	var names []string
	for name := range observables(&s) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
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

// observed is a variable with the texts of its codes.
type observed struct {
	name  string
	value reflect.Value
}

func (o observed) code() uint32 {
	if o.value.Kind() == reflect.Bool {
		if o.value.Bool() {
			return 1
		}
		return 0
	}
	return uint32(o.value.Uint())
}

// text is a value in words: with its name, unless it is the state of a host.
func (o observed) text(code uint32) string {
	v := reflect.New(o.value.Type()).Elem()
	if v.Kind() == reflect.Bool {
		v.SetBool(code == 1)
	} else {
		v.SetUint(uint64(code))
	}
	text := fmt.Sprint(v.Interface())
	if v.Type() == reflect.TypeFor[spec.ConnState]() {
		return text
	}
	return o.name + " " + text
}
