package dataclasses

import "strings"

// Names of built-in functions: an application cannot replace them (O-402). Spellings that differ in case are kept free too.
const (
	storeBuiltins     = " getInfo startTransaction validateTransaction cancelTransaction getGlobalStamp setGlobalStamp makeSelectionsAlterable flushAndLock unlock locked "
	classBuiltins     = " all get query new newSelection fromCollection getCount getInfo getDataStore getRemoteCache setRemoteCacheSettings clearRemoteCache "
	selectionBuiltins = " add and at average clean contains copy count distinct distinctPaths drop extract first getDataClass getRemoteContextAttributes isAlterable isOrdered last length max min minus or orderBy orderByFormula query refresh selected slice sum toCollection "
	singletonBuiltins = " me new isShared isSingleton isSessionSingleton name superclass "
	entityBuiltins    = " clone diff drop first fromObject getDataClass getKey getRemoteContextAttributes getSelection getStamp indexOf isNew last lock next previous reload save toObject touched touchedAttributes unlock "
)

func reservedFunction(s Scope, name string) bool {
	list := [...]string{OfStore: storeBuiltins, OfClass: classBuiltins, OfSelection: selectionBuiltins, OfEntity: entityBuiltins, OfSingleton: singletonBuiltins}[s]
	return strings.Contains(strings.ToLower(list), " "+strings.ToLower(name)+" ")
}
