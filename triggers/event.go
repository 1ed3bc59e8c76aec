package triggers

import "gorm.io/gorm"

// Event is the data operation a trigger runs for. Its numbers are those of 4D's Trigger event (S-105).
type Event int

// The events. None is the answer outside any trigger.
const (
	None     Event = 0
	Creating Event = 1 // a new row is saved
	Updating Event = 2 // an existing row is saved
	Deleting Event = 3 // a row is deleted
)

// String returns the event's name in lower case. An unknown number is "none".
func (e Event) String() string {
	switch e {
	case Creating:
		return "creating"
	case Updating:
		return "updating"
	case Deleting:
		return "deleting"
	default:
		return "none"
	}
}

// EventOf returns what the trigger that was given tx runs for, and [None] outside any trigger (S-105, O-569).
// Inside a trigger it also answers for handles made from tx.
func EventOf(tx *gorm.DB) Event {
	if f := frameOf(tx); f != nil {
		return f.event
	}
	return None
}

// Level returns how deep triggers are nested: 0 outside any trigger, 1 in the trigger of a write that no trigger made,
// one more for each write that a trigger makes with its tx (O-569, O-570).
func Level(tx *gorm.DB) int {
	if f := frameOf(tx); f != nil {
		return f.level
	}
	return 0
}

// Properties describes one of the triggers that are running: its event, the table that is written, and the primary key of the row.
// Level 1 is the outermost one, [Level] the one that was given tx. A level that does not exist gives [None], "" and nil (O-569).
// The key is nil while it is not known: in BeforeSave and BeforeCreate of a row whose key the database makes.
// Of a key of several columns it is a []any, in the order of the struct.
func Properties(tx *gorm.DB, level int) (event Event, table string, key any) {
	for f := frameOf(tx); f != nil; f = f.parent {
		if f.level == level {
			return f.event, f.stmt.Table, f.key()
		}
	}
	return None, "", nil
}
