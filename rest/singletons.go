package rest

import (
	"net/http"

	"github.com/ordago/ordago/dataclasses"
)

// singleton answers $singleton/Class/function (O-445, R-350). What is unknown, private or local gets one answer: nobody learns which.
func (c *call) singleton() error {
	fn := c.remote.Singleton(c.req.part(0)).Function(c.req.part(1))
	if fn == nil || len(c.req.segments) != 2 || c.req.segments[0].inline {
		return fail(http.StatusNotFound, codeUnknownFunction, "Unknown singleton class or function")
	}
	return c.storeFunction(fn, c.req.segments[1].inline)
}

// singletons writes the singletons into a catalog, when there are any.
func (c *call) singletons() {
	list := c.remote.Singletons()
	if len(list) == 0 {
		return
	}
	w := &c.out
	w.raw(`,"singletons":[`)
	for i, s := range list {
		if i > 0 {
			w.raw(`,`)
		}
		w.raw(`{"name":`)
		w.string(s.Name())
		if c.metadata() {
			w.raw(`,"exposed":true`)
		}
		w.raw(`,"methods":[`)
		for i, fn := range s.Functions() {
			if i > 0 {
				w.raw(`,`)
			}
			c.singletonMethod(fn)
		}
		w.raw(`]}`)
	}
	w.raw(`]`)
}

func (c *call) singletonMethod(fn *dataclasses.RemoteFunction) {
	w := &c.out
	w.raw(`{"name":`)
	w.string(fn.Name())
	w.raw(`,"allowedOnHTTPGET":`)
	w.bool(fn.OnGet())
	w.raw(`,"exposed":true`)
	if c.metadata() {
		w.raw(`,"paramsText":`)
		w.string(paramsText(fn))
	}
	w.raw(`}`)
}
