package rest

import (
	"fmt"
	"strconv"
)

// failure is an answer that reports errors: a status and the chain of __ERROR, inner cause first.
// All its texts are meant for the client.
type failure struct {
	status int
	chain  []wireError
}

// wireError is one member of __ERROR.
type wireError struct {
	code    int
	message string
	source  string // componentSignature; "": dbmg
}

// Error returns the first message, for logs and tests.
func (f *failure) Error() string {
	if len(f.chain) == 0 {
		return "status " + strconv.Itoa(f.status)
	}
	return f.chain[0].message
}

// fail makes a failure with one error.
func fail(status, code int, message string) *failure {
	return &failure{status: status, chain: []wireError{{code: code, message: message}}}
}

// then adds a summary behind the errors of f.
func (f *failure) then(code int, message string) *failure {
	f.chain = append(f.chain, wireError{code: code, message: message})
	return f
}

// with returns f with another status.
func (f *failure) with(status int) *failure {
	return &failure{status: status, chain: f.chain}
}

// malformed is a request that cannot be read.
func malformed(message string) *failure { return fail(500, codeMalformed, message) }

// tooLarge refuses an answer that would be larger than allowed. It comes after the work was done.
func tooLarge(most int, reading bool) *failure {
	message := fmt.Sprintf("The answer would be larger than %d bytes: ask for fewer entities, attributes or relations", most)
	if !reading {
		message = "The request was carried out, but its answer cannot be shown. " + message
	}
	return fail(500, codeTooComplex, message)
}

// notFound is the answer for all that does not exist for the caller.
func notFound(message string) *failure { return fail(404, codeNotFound, message) }

// notApplicable refuses a $method or parameter where it has no meaning, so that nothing is answered wrongly without notice.
func notApplicable(what string) *failure {
	return fail(500, codeNotApplicable, what+" is not applicable here")
}

// unknownMember answers a path segment that is neither attribute nor function. A hidden, private or local name gets the
// same answer as one that never was.
func unknownMember(class, name string) *failure {
	return fail(404, codeNoAttribute, fmt.Sprintf("Attribute %q not found in dataclass %s", name, class)).
		then(codeBadAttributes, fmt.Sprintf("Attribute list %q not valid for dataclass %s", name, class))
}

// noSet answers an entity set that is unknown, released, expired or of somebody else.
func noSet(id string) *failure {
	return fail(404, codeNoSet, fmt.Sprintf("Entity set %q not found", id))
}

// errors writes the value of __ERROR.
func (w *writer) errors(chain []wireError) {
	w.raw(`[`)
	for i, e := range chain {
		if i > 0 {
			w.raw(`,`)
		}
		w.raw(`{"message":`)
		w.string(e.message)
		w.raw(`,"componentSignature":`)
		source := e.source
		if source == "" {
			source = "dbmg"
		}
		w.string(source)
		w.raw(`,"errCode":`)
		w.int(int64(e.code))
		w.raw(`}`)
	}
	w.raw(`]`)
}
