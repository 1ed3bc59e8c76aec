package triggers_test

import (
	"context"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// Record is what users embed.
type Record = model.Record

// journal is what hooks write down; it travels in the context.
type journal struct {
	mu    sync.Mutex
	lines []string
}

type journalKey struct{}

func withJournal(ctx context.Context) (context.Context, *journal) {
	j := &journal{}
	return context.WithValue(ctx, journalKey{}, j), j
}

func note(tx *gorm.DB, format string, args ...any) {
	if j, ok := tx.Statement.Context.Value(journalKey{}).(*journal); ok {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.lines = append(j.lines, fmt.Sprintf(format, args...))
	}
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

const errRefused triggers.Code = -15001

// Employee has every hook and no stamp. Refuse names the hook that refuses.
type Employee struct {
	ID      uint
	Name    string
	Salary  float64
	By      string
	Refuse  string `gorm:"-"`
	Company *Company
	// CompanyID is optional.
	CompanyID *uint
}

func (e *Employee) hook(tx *gorm.DB, name string) error {
	note(tx, "%s %s %v level %d", name, e.Name, triggers.EventOf(tx), triggers.Level(tx))
	if e.Refuse == name {
		return triggers.Rejectf(errRefused, "%s says no", name)
	}
	return nil
}

func (e *Employee) BeforeSave(tx *gorm.DB) error {
	if s, ok := triggers.Session(tx); ok {
		e.By = s.User()
	}
	return e.hook(tx, "BeforeSave")
}
func (e *Employee) BeforeCreate(tx *gorm.DB) error { return e.hook(tx, "BeforeCreate") }
func (e *Employee) BeforeUpdate(tx *gorm.DB) error { return e.hook(tx, "BeforeUpdate") }
func (e *Employee) BeforeDelete(tx *gorm.DB) error { return e.hook(tx, "BeforeDelete") }
func (e *Employee) AfterSave(tx *gorm.DB) error    { return e.hook(tx, "AfterSave") }
func (e *Employee) AfterCreate(tx *gorm.DB) error  { return e.hook(tx, "AfterCreate") }
func (e *Employee) AfterUpdate(tx *gorm.DB) error  { return e.hook(tx, "AfterUpdate") }
func (e *Employee) AfterDelete(tx *gorm.DB) error  { return e.hook(tx, "AfterDelete") }

// Company has neither hooks nor a stamp.
type Company struct {
	ID        uint
	Name      string
	Employees []Employee
}

// EmployeeRow is a second struct for the table of Employee, without hooks.
type EmployeeRow struct {
	ID   uint
	Name string
}

func (EmployeeRow) TableName() string { return "employees" }

// Item has a stamp and no hooks.
type Item struct {
	ID   uint
	Name string
	Size int
	Record
}

// Account has a stamp and hooks. Do is what its BeforeSave does with its tx.
type Account struct {
	ID      uint
	Name    string
	Balance int
	Record
	Do    func(tx *gorm.DB, a *Account) error `gorm:"-"`
	After func(tx *gorm.DB, a *Account) error `gorm:"-"`
}

func (a *Account) BeforeSave(tx *gorm.DB) error   { return call(a.Do, tx, a) }
func (a *Account) BeforeDelete(tx *gorm.DB) error { return call(a.Do, tx, a) }
func (a *Account) AfterSave(tx *gorm.DB) error    { return call(a.After, tx, a) }
func (a *Account) AfterDelete(tx *gorm.DB) error  { return call(a.After, tx, a) }

func call(fn func(*gorm.DB, *Account) error, tx *gorm.DB, a *Account) error {
	if fn == nil {
		return nil
	}
	return fn(tx, a)
}

// Invoice deletes its lines, whose hook lowers the product's stock (O-573).
type Invoice struct {
	ID uint
	Record
}

func (i *Invoice) BeforeDelete(tx *gorm.DB) error {
	var lines []Line
	if err := tx.Where("invoice_id = ?", i.ID).Order("id").Find(&lines).Error; err != nil {
		return err
	}
	for n := range lines {
		if err := tx.Delete(&lines[n]).Error; err != nil {
			return err
		}
	}
	return nil
}

// Line belongs to an Invoice.
type Line struct {
	ID        uint
	InvoiceID uint
	ProductID uint
	Record
}

func (l *Line) BeforeDelete(tx *gorm.DB) error {
	event, table, key := triggers.Properties(tx, 1)
	note(tx, "line %d: level %d, level 1 is %v of %s %v", l.ID, triggers.Level(tx), event, table, key)
	p := Product{ID: l.ProductID}
	if err := tx.First(&p).Error; err != nil {
		return err
	}
	p.Stock++
	return tx.Save(&p).Error
}

// Product refuses a stock above 3.
type Product struct {
	ID    uint
	Stock int
	Record
}

func (p *Product) BeforeSave(tx *gorm.DB) error {
	user := "nobody"
	if s, ok := triggers.Session(tx); ok {
		user = s.User()
	}
	old, ok := triggers.Old[Product](tx)
	note(tx, "product %d: level %d by %s, stock %d -> %d (%t)", p.ID, triggers.Level(tx), user, old.Stock, p.Stock, ok)
	if p.Stock > 3 {
		return triggers.Rejectf(errRefused, "stock of %d is full", p.ID)
	}
	return nil
}

// Archived is deleted softly.
type Archived struct {
	ID        uint
	Name      string
	DeletedAt gorm.DeletedAt
	Record
}

func (a *Archived) BeforeDelete(tx *gorm.DB) error { note(tx, "archive %s", a.Name); return nil }

// Seat has a key of two columns.
type Seat struct {
	Hall  string `gorm:"primaryKey;size:20"`
	Row   int    `gorm:"primaryKey;autoIncrement:false"`
	Guest string
}

func (s *Seat) BeforeUpdate(tx *gorm.DB) error {
	_, _, key := triggers.Properties(tx, 1)
	old, ok := triggers.Old[Seat](tx)
	note(tx, "%v was %s (%t)", key, old.Guest, ok)
	return nil
}

// Watched has only hooks that run after the write.
type Watched struct {
	ID   uint
	Name string
}

func (w *Watched) AfterUpdate(tx *gorm.DB) error {
	old, ok := triggers.Old[Watched](tx)
	note(tx, "%s -> %s (%t)", old.Name, w.Name, ok)
	return nil
}

func (w *Watched) AfterDelete(tx *gorm.DB) error {
	old, ok := triggers.Old[Watched](tx)
	note(tx, "%s deleted (%t)", old.Name, ok)
	return nil
}

// Greeted has a hook for new rows only.
type Greeted struct {
	ID   uint
	Name string
}

func (g *Greeted) BeforeCreate(tx *gorm.DB) error { note(tx, "welcome %s", g.Name); return nil }

func models() []any {
	return []any{
		&Company{}, &Employee{}, &Item{}, &Account{}, &Invoice{}, &Line{}, &Product{}, &Archived{}, &Seat{}, &Watched{}, &Greeted{},
	}
}
