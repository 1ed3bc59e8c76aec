// Package ordago is the root of Ordago: ORDA for Go. It holds no code; import the packages below it.
//
// GORM models become dataclasses, their hooks are triggers, typed Go functions become class functions that are served over REST, and every
// call carries the session of its caller.
//
//   - model says what a GORM struct means as a dataclass
//   - dataclasses is the data layer: datastore, queries, entities, functions, events
//   - triggers makes GORM's hooks triggers
//   - session and privileges say who calls and what they may do
//   - sqlite opens SQLite files; migrations brings databases to the form of the models
//   - rest serves a datastore over the ORDA REST protocol
//   - server puts one application together
//   - cmd/ordago and examples show it all
package ordago
