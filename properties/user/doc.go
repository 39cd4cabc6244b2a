// Package user makes properties of what a user writes: one temporal pattern over
// conditions on the state, in CEL. The engine judges them like those of the catalogue.
//
//	p, err := user.Compile(user.Definition{
//		Name: "time-wait-is-alone", Pattern: user.Never,
//		Of: "client.state == TIME_WAIT && server.state == TIME_WAIT",
//	})
//
// The names of the states, errors and ends are constants of types of their own, so
// that client.state == 7 and client.state == "TIME_WAIT" are mistakes that Compile
// finds. Nothing that Compile accepts can fail when it is evaluated: there is no
// division, index, conversion or macro.
//
// A condition says something of one state. It does not see the step that leads to it,
// nor how long the state has lasted: durations belong to the patterns.
package user
