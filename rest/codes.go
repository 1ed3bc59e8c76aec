package rest

// Error codes of the protocol. Names follow what they mean here; numbers are what clients compare.
const (
	codeRecordNotSaved  = 1046
	codeWrongOperator   = 1112
	codeInvalidQuery    = 1162
	codeCannotQuery     = 1200
	codeCannotAnalyze   = 1201
	codeTooComplex      = 1203
	codeStamp           = 1263
	codeFormula         = 1278
	codeNoPlaceholder   = 1279
	codeBadPlaceholder  = 1280
	codeNoAttribute     = 1500
	codeEntityNotSaved  = 1517
	codeNewNotSaved     = 1534
	codeNoUpdateRight   = 1558
	codeNoExecuteRight  = 1561
	codeValidation      = 1570
	codeNoFormula       = 1626
	codeNotFound        = 1800
	codeBadFormat       = 1801
	codeNoSet           = 1802
	codeWrongSet        = 1803
	codeBadAttributes   = 1804
	codeBadExpand       = 1805
	codeMalformed       = 1806
	codeNoQuestionMark  = 1807
	codeSingleQuote     = 1808
	codeDoubleQuote     = 1809
	codeBadOrder        = 1810
	codeUnknownParam    = 1811
	codeUnknownMethod   = 1812
	codeNotApplicable   = 1813
	codeNotRelation     = 1815
	codeEmptyList       = 1816
	codeTooManySessions = 1823
	codeUnknownFunction = 1827
	codeLimitedChanges  = 1828
	codeCalledWithGet   = 1829
	codeInternal        = 21000 // ours: says nothing, the details are in the log
	codeReadRefused     = 21001
	codeCreateRefused   = 21002
	codeUpdateRefused   = 21003
	codeDropRefused     = 21004
	codeLoginRequired   = 21005
	codeLoginFailed     = 1822
)
