package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
)

// maxMobileAction is the size in bytes of the largest body of an action, maxActionName that of its name.
const (
	maxMobileAction = 1 << 20
	maxActionName   = 256
)

// mobileRequest answers what only mobile apps ask for.
func (c *call) mobileRequest() error {
	switch {
	case c.mobile == nil:
		return notFound("Unknown resource")
	case c.req.resource == resAuthenticate && len(c.req.segments) > 0, c.req.resource == resAction && len(c.req.segments) != 1:
		return notFound("Unknown resource")
	case c.r.Method != http.MethodPost:
		return postOnly("a request of a mobile app")
	case c.req.resource == resAuthenticate:
		return c.authenticate()
	}
	return c.action()
}

// action answers POST $action/name (S-087 to S-089).
func (c *call) action() error {
	name := c.req.part(0)
	if name == "" || len(name) > maxActionName {
		return malformed("$action needs the name of one action")
	}
	var body struct {
		Parameters map[string]any `json:"parameters"`
		Context    MobileContext  `json:"context"`
	}
	if err := c.mobileBody(&body, maxMobileAction); err != nil {
		return err
	}
	var result MobileActionResult
	if hook := c.mobile.Action; hook != nil {
		var err error
		result, err = hook(c.ctx, c.session, MobileAction{
			Action: name, Session: c.mobileSession(), Application: MobileApplication{ID: c.signIn.Application.ID},
			Parameters: body.Parameters, Context: body.Context,
		})
		if err != nil {
			return err
		}
	}
	return c.out.value(result)
}

// mobileBody reads the JSON object that an app sends into the fields of v; properties that it does not have are ignored, as apps send more
// than is documented. No body is an empty object.
func (c *call) mobileBody(v any, most int64) error {
	data, err := readBody(c.w, c.r, min(most, c.maxBody))
	if err != nil {
		return err
	}
	data = bytes.Trim(data, jsonSpace)
	if len(data) == 0 {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return malformed("a mobile app sends application/json")
	}
	if err := checkJSON(data, "body"); err != nil {
		return err
	}
	if data[0] != '{' {
		return malformed("body is not a JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	err = dec.Decode(v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return malformed("property " + wrong.Field + " of the body has a wrong type")
	}
	if err != nil {
		return malformed("body: " + err.Error())
	}
	return nil
}
