package server

import (
	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// Catalog is what remote callers can reach, rights aside: for tools and documentation. Clients ask for /rest/$catalog.
type Catalog struct {
	Functions   []CatalogFunction  `json:"functions"` // of the datastore
	DataClasses []CatalogClass     `json:"dataClasses"`
	Singletons  []CatalogSingleton `json:"singletons"`
}

// CatalogSingleton is a singleton of a [Catalog].
type CatalogSingleton struct {
	Name      string            `json:"name"`
	Functions []CatalogFunction `json:"functions"`
}

// CatalogClass is a dataclass of a [Catalog].
type CatalogClass struct {
	Name       string             `json:"name"`
	Attributes []CatalogAttribute `json:"attributes"` // none: the data is not exposed
	Functions  []CatalogFunction  `json:"functions"`
}

// CatalogAttribute is an attribute of a [CatalogClass].
type CatalogAttribute struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // storage, relatedEntity, relatedEntities, calculated or alias
	Type string `json:"type"` // of a relation the dataclass it leads to
	Key  bool   `json:"key,omitempty"`
}

// CatalogFunction is an exposed function.
type CatalogFunction struct {
	Name      string         `json:"name"`
	Params    []CatalogParam `json:"params"` // their order is part of the protocol
	Result    string         `json:"result,omitempty"`
	Get       bool           `json:"get,omitempty"`   // HTTP GET may call it
	Local     bool           `json:"local,omitempty"` // it gets no session
	Signature string         `json:"signature"`       // as people write it
}

// CatalogParam is a parameter of a [CatalogFunction].
type CatalogParam struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Catalog describes what is exposed; nothing in it is nil.
func (d *Database) Catalog() Catalog {
	r := d.store.Remote()
	c := Catalog{Functions: catalogFunctions(r.Functions()), DataClasses: []CatalogClass{}, Singletons: []CatalogSingleton{}}
	for _, class := range r.Classes() {
		described := CatalogClass{class.Name(), []CatalogAttribute{}, catalogFunctions(class.Functions())}
		if class.Exposed() {
			described.Attributes = catalogAttributes(class.Attributes())
		}
		c.DataClasses = append(c.DataClasses, described)
	}
	for _, s := range r.Singletons() {
		c.Singletons = append(c.Singletons, CatalogSingleton{s.Name(), catalogFunctions(s.Functions())})
	}
	return c
}

func catalogAttributes(all []*model.Attribute) []CatalogAttribute {
	list := make([]CatalogAttribute, len(all))
	for i, a := range all {
		list[i] = CatalogAttribute{a.Name, a.Kind.String(), a.Type.String(), a.Identifying}
		if a.Target != nil {
			list[i].Type = a.Target.Name
		}
	}
	return list
}

func catalogFunctions(all []*dataclasses.RemoteFunction) []CatalogFunction {
	list := make([]CatalogFunction, len(all))
	for i, f := range all {
		list[i] = CatalogFunction{f.Name(), catalogParams(f), f.Result(), f.OnGet(), f.Local(), f.Signature()}
	}
	return list
}

func catalogParams(f *dataclasses.RemoteFunction) []CatalogParam {
	list := make([]CatalogParam, len(f.Params()))
	for i, p := range f.Params() {
		list[i] = CatalogParam(p)
	}
	return list
}
