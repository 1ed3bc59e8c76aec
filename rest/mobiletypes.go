package rest

import (
	"encoding/json"
	"errors"
	"strconv"
)

// MobileLogin is what an app tells when it signs in; absent texts are "". All of it but Session comes from the client.
type MobileLogin struct {
	Email       string            `json:"email"` // "" for a guest
	Password    string            `json:"password"`
	Send        string            `json:"send"` // how the app wants to be verified: "link" or "code"
	Application MobileApplication `json:"application"`
	Device      MobileDevice      `json:"device"`
	Team        MobileTeam        `json:"team"`
	Language    MobileLanguage    `json:"language"`
	Parameters  map[string]any    `json:"parameters"` // of a login form; numbers are [json.Number]
	Session     MobileSession     `json:"session"`    // set by the server (S-085)
}

// MobileApplication describes an app.
type MobileApplication struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// MobileDevice describes the device of an app.
type MobileDevice struct {
	ID          string `json:"id"` // made up by the app
	Version     string `json:"version,omitempty"`
	Description string `json:"description,omitempty"`
	Simulator   bool   `json:"simulator,omitempty"`
}

// MobileTeam is who published an app.
type MobileTeam struct {
	ID string `json:"id"`
}

// MobileLanguage is the language of a device.
type MobileLanguage struct {
	ID     string `json:"id,omitempty"`
	Region string `json:"region,omitempty"`
	Code   string `json:"code,omitempty"`
}

// MobileSession is the session of an app.
type MobileSession struct {
	ID string `json:"id"` // of the session, "" when sessions are switched off
	IP string `json:"ip"` // of the client; IPv4 as "::ffff:192.168.5.4"
}

// MobileLoginResult is the answer of the hook. The zero value rejects.
type MobileLoginResult struct {
	Success    bool
	StatusText string         // for the user; "" for none
	UserInfo   map[string]any // kept with the sign-in and told to the app; must be JSON
	// Verify makes a successful sign-in wait until [Mobile.Verify] accepts it: until then the app gets no token, and its session none of
	// the privileges that the hook granted. Signing in again meanwhile calls the hook again.
	Verify bool
}

// MobileAction is an action that an app requests. All of it but Session and Application comes from the client.
type MobileAction struct {
	Action      string // its name
	Session     MobileSession
	Application MobileApplication // only the ID
	Parameters  map[string]any    // numbers are [json.Number]
	Context     MobileContext
}

// MobileContext says what an action is about.
type MobileContext struct {
	DataClass string        `json:"dataClass"`
	Entity    *MobileEntity `json:"entity"` // nil unless it is about an entity
	Parent    *MobileParent `json:"parent"` // nil unless it is about related entities
}

// MobileEntity is the entity that an action is about.
type MobileEntity struct {
	PrimaryKey   MobileKey `json:"primaryKey"`
	RelationName string    `json:"relationName"` // that leads to the parent; "" for none
}

// MobileParent is the entity whose related ones are shown.
type MobileParent struct {
	PrimaryKey   MobileKey `json:"primaryKey"`
	RelationName string    `json:"relationName"` // that leads to the entities
	DataClass    string    `json:"dataClass"`
}

// MobileKey is a primary key as text, which apps send as text or as a number; "" for none.
type MobileKey string

// UnmarshalJSON reads a text, a whole number or null.
func (k *MobileKey) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var text string
		err := json.Unmarshal(data, &text)
		*k = MobileKey(text)
		return err
	}
	if string(data) == "null" {
		*k = ""
		return nil
	}
	n, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil {
		return errors.New("a primary key is a text or a whole number")
	}
	*k = MobileKey(strconv.FormatInt(n, 10))
	return nil
}

// MobileActionResult is the answer of the hook (S-088). The zero value says that nobody handled the action.
type MobileActionResult struct {
	Success     bool                   `json:"success"`
	StatusText  string                 `json:"statusText,omitempty"` // for the user
	Errors      []MobileParameterError `json:"errors,omitempty"`
	DataSynchro bool                   `json:"dataSynchro,omitempty"` // the app shall refresh its data
}

// MobileParameterError says what is wrong with one parameter of an action.
type MobileParameterError struct {
	Parameter string `json:"parameter"`
	Message   string `json:"message"`
}
