package triggers

import (
	"errors"
	"maps"
	"sync/atomic"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// PluginName is the plugin's name in gorm.Config.Plugins.
const PluginName = "ordago:triggers"

// Plugin makes GORM's hooks triggers that nothing writes past by accident. Register it with db.Use before the first write;
// one plugin may serve several handles of one database.
//
// It tells hooks where they are ([EventOf], [Level], [Old]), refuses calls that would skip them ([BypassError]), keeps the stamp
// of models that embed model.Record ([ErrStale]), refuses handles from outside a transaction ([ErrOuterHandle]) and undoes
// everything a write did when one of its hooks returns an error or panics.
type Plugin struct {
	known atomic.Pointer[tables]
}

// NewPlugin returns a plugin that knows the tables of the models described. Models it does not know are guarded where a
// statement names them by their Go type; for raw SQL, Table("name") and a second struct for the same table it must know them.
func NewPlugin(models ...*schema.Schema) *Plugin {
	p := &Plugin{}
	p.known.Store(&tables{})
	p.Register(models...)
	return p
}

// Register makes more models known. It may be called at any time.
func (p *Plugin) Register(models ...*schema.Schema) {
	for {
		old := p.known.Load()
		next := maps.Clone(*old)
		for _, m := range models {
			next[tableKey(m.Table)] = targetOf(m)
		}
		if p.known.CompareAndSwap(old, &next) {
			return
		}
	}
}

// Name returns [PluginName].
func (p *Plugin) Name() string { return PluginName }

// Initialize registers the callbacks. GORM calls it; the error says which callback could not be put in its place.
func (p *Plugin) Initialize(db *gorm.DB) error {
	return errors.Join(
		p.onCreate(db), p.onUpdate(db), p.onDelete(db), p.onSQL(db),
		undoOnPanic(db),
	)
}

func (p *Plugin) onCreate(db *gorm.DB) error {
	c := db.Callback().Create()
	return errors.Join(
		c.Before("*").Register("ordago:guard", p.guard(Creating)),
		c.Before("gorm:before_create").Register("ordago:enter", enter),
		c.Before("gorm:create").Register("ordago:stamp", stampCreate),
		c.After("*").Register("ordago:leave", leave),
	)
}

func (p *Plugin) onUpdate(db *gorm.DB) error {
	c := db.Callback().Update()
	return errors.Join(
		c.Before("*").Register("ordago:guard", p.guard(Updating)),
		c.Before("gorm:before_update").Register("ordago:enter", enter),
		c.Before("gorm:update").Register("ordago:stamp", stampUpdate),
		c.Before("gorm:save_after_associations").Register("ordago:written", written),
		c.After("*").Register("ordago:leave", leave),
	)
}

func (p *Plugin) onDelete(db *gorm.DB) error {
	c := db.Callback().Delete()
	return errors.Join(
		c.Before("*").Register("ordago:guard", p.guard(Deleting)),
		c.Before("gorm:before_delete").Register("ordago:enter", enter),
		c.Before("gorm:delete").Register("ordago:stamp", stampDelete),
		c.Before("gorm:after_delete").Register("ordago:written", written),
		c.After("*").Register("ordago:leave", leave),
	)
}

// onSQL guards the statements that GORM does not build, and the handle of all that read.
func (p *Plugin) onSQL(db *gorm.DB) error {
	c := db.Callback()
	return errors.Join(
		c.Raw().Before("*").Register("ordago:guard", p.guardSQL),
		c.Row().Before("*").Register("ordago:guard", p.guardSQL),
		c.Query().Before("*").Register("ordago:guard", p.guardSQL),
	)
}
